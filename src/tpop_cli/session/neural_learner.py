"""The paper's own reward: look-ahead decoding, V updated token by token, θ refitted after each pick."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..core.neural import Network, NeuralRules, Vector, fit, update_precision
from ..core.picks import Pick, Verdict
from ..core.posterior import sigmoid
from ..decoding.decoder import Arm, OnStep
from ..decoding.lookahead import LookAhead, embed
from ..decoding.requests import fit as limit_to_context
from ..engine.protocol import Message
from ..errors import UsageError
from ..store.neural_files import NeuralFiles, NeuralState, Pair
from ..store.profile import Profile
from .duel import Duel, showing
from .session import Session


def sequences_needed(rules: NeuralRules) -> int:
    """Sequences of a look-ahead: two arms, each with the candidates of both, the arms themselves, and the prompt."""
    return 4 * rules.k + 4


@dataclass
class NeuralTurns(Session):
    """`Session` whose arms are chosen token by token, as in the paper. The engine must give hidden states.

    Every pick also teaches the profile's taste weights, so `tpop profile show` and a later `--reward axes` know it.

    Args:
        rules: the paper's settings.
        rebuild: make the neural state anew, for this model, from the texts of the log.
        on_embed: called with (done, in all) while texts of the log are embedded.

    Raises:
        UsageError: the state was made with another model.
    """

    rules: NeuralRules = field(default_factory=NeuralRules)
    rebuild: bool = False
    on_embed: Callable[[int, int], None] | None = None
    _refitting: threading.Thread | None = field(default=None, init=False)

    early_picks: ClassVar[bool] = (
        False  # the embedding of a text that is not done would be another's
    )

    def use(self, profile: Profile | None) -> None:
        """Go on with this profile: load its neural state, and embed the picks it does not know yet."""
        self.close()  # of the profile before
        super().use(profile)
        self._initial = Network.initial(self.engine.n_embd, self.rules.hidden)
        self._network, self._fitted = self._initial, 0
        self._V = np.full(self._initial.W.size + 2 * self.rules.hidden, self.rules.lam)
        self._pairs: dict[int, Pair] = {}  # embeddings by pick, the winner's first
        if profile is None:
            return
        self._files = NeuralFiles(profile.folder)
        if self.rebuild:
            self._files.clear()
            self.rebuild = False  # of this profile, not of the next one in a chat
        state = self._files.load()
        if state and state.fingerprint != self.engine.info.fingerprint:
            raise UsageError(
                f"the neural reward of profile {profile.name} was learned with another model",
                "--rebuild embeds its picks with this one, or name the other with --model",
            )
        usable = state is not None and state.network.W.shape == self._initial.W.shape
        if state and usable:
            self._network, self._V, self._fitted = state.network, state.V, state.fitted
        self._embed_log(profile, V_is_new=not usable)
        if self._fitted != len(self._pairs):
            self._refit()

    def close(self) -> None:
        """Wait for the fit that is under way, and save it. Raises StorageError."""
        if self._refitting is not None:
            self._refitting.join()
            self._refitting = None
            fingerprint = self.engine.info.fingerprint
            self._files.save(NeuralState(fingerprint, self._network, self._V, self._fitted))

    # -- decoding ----------------------------------------------------------------------------------------

    def answer(
        self, messages: Sequence[Message], on_step: OnStep | None = None
    ) -> tuple[Arm | None, dict[str, float]]:
        """The exploit arm's answer alone."""
        ahead = self._look_ahead(messages, 1, on_step)
        return (ahead.arms[0] if ahead.arms else None), {}

    def answer_many(
        self, chats: Sequence[Sequence[Message]]
    ) -> Iterator[tuple[Arm, dict[str, float]]]:
        """The exploit arm's answer to each of many chats, one after the other."""
        for messages in chats:
            arm, _ = self.answer(messages)
            if arm is None or arm.finish_reason == "interrupted":
                return
            yield arm, {}

    def exploit_strengths(self) -> dict[str, float]:
        """None: no instruction steers an arm of this reward."""
        return {}

    def duel(
        self, messages: Sequence[Message], on_step: Callable[[Duel], None] | None = None
    ) -> Duel:
        """Both arms, token by token."""
        duel = Duel(
            messages[-1]["content"],
            ({}, {}),
            [],
            "exploit" if self.next_seeds()[2] % 2 else "explore",
            0.5,
        )
        ahead = self._look_ahead(messages, 2, showing(duel, (), on_step))
        duel.arms = ahead.arms
        if duel.complete:
            self._V = ahead.V
            self._embeddings = (ahead.embeddings[0], ahead.embeddings[1])
            margin = self._network.reward(np.array(ahead.embeddings))
            duel.predicted = sigmoid(float(margin[0] - margin[1]))
        return duel

    def should_ask(self) -> bool:
        """In the learning phase always, as in the paper; then never."""
        return len(self._pairs) < self.rules.n_learning_picks

    def compare(
        self,
        messages: Sequence[Message],
        answer: Arm,
        strengths: dict[str, float],
        on_step: Callable[[Duel], None] | None = None,
    ) -> Duel:
        """Both arms anew: the explore arm is chosen against the exploit arm, which comes out the same."""
        return self.duel(messages, on_step)

    def _look_ahead(
        self, messages: Sequence[Message], n_arms: int, on_step: OnStep | None
    ) -> LookAhead:
        plans = limit_to_context(
            [self.plan(messages, {}, 0)] * n_arms, self.engine.n_ctx - sequences_needed(self.rules)
        )
        ahead = LookAhead(self.engine, self._network, self._V, self.rules, self.options.sampling)
        ahead.run(plans[0].prompts[0], n_arms, plans[0].max_tokens, on_step, self.options.stops)
        return ahead

    # -- learning ----------------------------------------------------------------------------------------

    def learn(self, duel: Duel, verdict: Verdict, seconds: float | None = None) -> Pick:
        """Record the pick, and refit θ in a thread; until that is done the old θ serves."""
        pick = super().learn(duel, verdict, seconds)
        if pick.winner is not None:
            self._files.add(self.engine.info.fingerprint, pick.id, self._embeddings)
            self._pairs[pick.id] = _winner_first(pick, self._embeddings)
            self._refit()
        return pick

    def undo(self, pick_id: int) -> None:
        """Take back a pick, and refit θ without it. What it added to V stays: the pair was seen."""
        assert self.profile is not None
        self.profile.undo(pick_id)
        if self._pairs.pop(pick_id, None):
            self._refit()

    def _refit(self) -> None:
        self.close()  # one fit at a time
        winners, losers = (np.array([pair[i] for pair in self._pairs.values()]) for i in (0, 1))

        def work() -> None:
            self._network = fit(self._initial, winners, losers, self.rules)
            self._fitted = len(winners)

        self._refitting = threading.Thread(target=work, name="refit")
        self._refitting.start()

    def _embed_log(self, profile: Profile, *, V_is_new: bool) -> None:
        """Embeddings of all picks that ranked something: kept ones, or read off the texts by the model."""
        kept = self._files.embeddings(self.engine.info.fingerprint, self.engine.n_embd)
        clear = [pick for pick in profile.picks() if pick.winner is not None]
        missing = [pick for pick in clear if pick.id not in kept and pick.has_texts]
        seen = [kept[pick.id] for pick in clear if pick.id in kept] if V_is_new else []
        for n, pick in enumerate(missing):
            prompt = self.engine.chat_tokens([{"role": "user", "content": pick.prompt}])
            pair = (
                self._embedded(prompt, pick.exploit.text),
                self._embedded(prompt, pick.explore.text),
            )
            self._files.add(self.engine.info.fingerprint, pick.id, pair)
            kept[pick.id] = pair
            seen.append(pair)
            if self.on_embed:
                self.on_embed(n + 1, len(missing))
        for pair in (
            seen
        ):  # the pairs of their tokens are not in the log: the whole responses stand for them
            self._V = update_precision(self._V, self._initial, *pair)
        self._pairs = {
            pick.id: _winner_first(pick, kept[pick.id]) for pick in clear if pick.id in kept
        }

    def _embedded(self, prompt: Sequence[int], text: str) -> Vector:
        response = self.engine.tokenize(text, add_special=False)
        room = max(0, self.engine.n_ctx - len(prompt) - 1)
        return embed(self.engine, prompt, response[:room])


def _winner_first(pick: Pick, pair: Pair) -> Pair:
    exploit, explore = pair
    return (explore, exploit) if pick.verdict == "explore" else (exploit, explore)
