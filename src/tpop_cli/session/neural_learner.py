"""The paper's own reward: arms are chosen token by token, and θ is refitted after every pick."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from ..core.neural import Network, NeuralRules, Vector, fit, update_precision
from ..core.picks import Pick
from ..core.posterior import sigmoid
from ..core.response_matrix import ResponseMatrix
from ..core.steering import instructions
from ..core.taste import Taste
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, Decoder, run_to_end
from ..decoding.lookahead import LookAhead, embed, sequences_needed
from ..engine.protocol import Engine
from ..errors import NoInputError, UsageError
from ..store.neural_files import EmbeddingPair, NeuralFiles, NeuralState
from ..store.profile import Profile
from .axes_learner import AxesLearner
from .duel import Duel
from .learner import StrengthsPair


@dataclass
class NeuralLearner:
    """See `learner.Learner`. The engine must give hidden states.

    Every pick also teaches the profile's taste weights, so `tpop profile show` and a later
    `--reward axes` know it.

    Args:
        engine: the loaded model, with hidden states and `sequences_needed(rules)` sequences.
        profile: whose picks it learns from.
        rules: the paper's settings.
        response: as of `AxesLearner`; it serves to put the taste into words.
        rebuild: make the neural state anew, for this model, from the texts in the log.
        on_embed: called with (done, total) while texts in the log are embedded.

    Raises:
        UsageError: the state was learned with another model.
    """

    engine: Engine
    profile: Profile
    rules: NeuralRules = NeuralRules()
    response: tuple[ResponseMatrix, bool] | None = None
    rebuild: bool = False
    on_embed: Callable[[int, int], None] | None = None

    # The explore arm is rated against every token of the exploit arm.
    independent_arms: bool = field(default=False, init=False)
    _refitting: threading.Thread | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._axes = AxesLearner(self.engine, self.profile, response=self.response)
        self.use(self.profile)

    @property
    def reserved_cells(self) -> int:
        """See `Learner.reserved_cells`: every candidate token takes one."""
        return sequences_needed(self.rules)

    def use(self, profile: Profile) -> None:
        """Go on with this profile: load its neural state, and embed the picks that it lacks."""
        self.close()  # of the profile before
        self.profile = profile
        self._axes.use(profile)
        self._initial = Network.initial(self.engine.n_embd, self.rules.hidden)
        self._network, self._fitted = self._initial, 0
        self._V = np.full(self._initial.W.size + 2 * self.rules.hidden, self.rules.lam)
        self._pairs: dict[int, EmbeddingPair] = {}  # pick id -> embeddings, the winner's first
        self._embeddings: EmbeddingPair | None = None  # of the duel that was decoded last
        self._files = NeuralFiles(profile.folder)
        if self.rebuild:
            with profile.locked():
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
        self._embed_log(V_is_new=not usable)
        if self._fitted != len(self._pairs):
            self._refit()

    def close(self) -> None:
        """Wait for a fit in the background, and save it. Raises StorageError."""
        if self._wait():
            fingerprint = self.engine.info.fingerprint
            state = NeuralState(fingerprint, self._network, self._V, self._fitted)
            # A profile that was renamed or deleted meanwhile must not be created again.
            with suppress(NoInputError), self.profile.locked():
                self._files.save(state)

    @property
    def taste(self) -> Taste:
        """What the picks say of the taste axes; the network itself cannot be put into words."""
        return self._axes.taste

    # -- before a turn -----------------------------------------------------------------------------

    def should_ask(self) -> bool:
        """In the learning phase always, as in the paper; then never."""
        return len(self._pairs) < self.rules.n_learning_picks

    def strengths(self) -> dict[str, float]:
        """What the user says, and nothing else: no pole is chosen by this reward."""
        said = self.profile.said.on(self.profile.axes)
        return {name: s for name, s in said.items() if s}

    def choose(self) -> StrengthsPair:
        """The same for both: the arms part while they are decoded."""
        return self.strengths(), self.strengths()

    @property
    def n_contexts(self) -> int:
        """See `Learner.n_contexts`: each arm reads one prompt."""
        return 2

    def instruction_tokens(self) -> int:
        """See `Learner.instruction_tokens`: of what the user says, all in one prompt."""
        strengths, axes = self.strengths(), self.profile.steering_axes
        found = instructions(axes, [strengths], "prompt")
        return sum(len(self.engine.tokenize(one, add_special=False)) for one in found)

    # -- a turn ------------------------------------------------------------------------------------

    def decode(self, decoder: Decoder, requests: Sequence[ArmRequest]) -> ArmSteps:
        """See `Learner.decode`. It takes the best token, so `decoder` is not used."""
        ahead = LookAhead(self.engine, self._network, self._V, self.rules)
        yield from ahead.steps(requests[0], len(requests))
        ended = [arm for arm in ahead.arms if arm.finish_reason in ("stop", "length")]
        if len(requests) == len(ended) == 2:
            self._V = ahead.V
            self._embeddings = (ahead.embeddings[0], ahead.embeddings[1])

    def decode_many(
        self, decoder: Decoder, groups: Iterator[Sequence[ArmRequest]]
    ) -> Iterator[tuple[int, list[Arm]]]:
        """See `Learner.decode_many`. One prompt after the other: a look-ahead fills the batch."""
        for index, requests in enumerate(groups):
            arms = run_to_end(self.decode(decoder, requests))
            if not arms or arms[0].finish_reason == "interrupted":
                return
            yield index, arms

    def predict(self, duel: Duel) -> float:
        """See `Learner.predict`."""
        assert self._embeddings is not None, "no duel was decoded"
        first, second = self._network.reward(np.array(self._embeddings))
        return sigmoid(float(first - second))

    # -- after a turn ------------------------------------------------------------------------------

    def checkpoint(self) -> Callable[[], None]:
        """See `Learner.checkpoint`."""
        restore_axes, pairs, size = self._axes.checkpoint(), self._pairs, self._files.size()
        others = self.profile, self._files, self._V, self._embeddings

        def restore() -> None:
            restore_axes()
            changed, self._pairs = self._pairs is not pairs, pairs
            self.profile, self._files, self._V, self._embeddings = others
            self._files.truncate(size)
            if changed:
                self._wait()
                self._start_fit()

        return restore

    def learn(self, duel: Duel, pick: Pick) -> None:
        """Keep the pair's embeddings, and refit θ in a thread; until then the old θ serves."""
        self._axes.learn(duel, pick)
        if pick.winner is not None:
            assert self._embeddings is not None, "no duel was decoded"
            self._files.add(self.engine.info.fingerprint, pick.id, self._embeddings)
            self._pairs = {**self._pairs, pick.id: _winner_first(pick, self._embeddings)}
            self._refit()

    def undo(self, pick: Pick) -> None:
        """Refit θ without a pick. What it added to V stays: the pair was seen."""
        self._axes.undo(pick)
        if pick.id in self._pairs:
            self._pairs = {n: pair for n, pair in self._pairs.items() if n != pick.id}
            self._refit()

    def _refit(self) -> None:
        self.close()  # one fit at a time
        self._start_fit()

    def _wait(self) -> bool:
        """Wait for a fit in the background. Whether there was one."""
        if self._refitting is None:
            return False
        self._refitting.join()
        self._refitting = None
        return True

    def _start_fit(self) -> None:
        winners, losers = (np.array([pair[i] for pair in self._pairs.values()]) for i in (0, 1))

        def work() -> None:
            self._network = fit(self._initial, winners, losers, self.rules)
            self._fitted = len(winners)

        self._refitting = threading.Thread(target=work, name="refit")
        self._refitting.start()

    def _embed_log(self, *, V_is_new: bool) -> None:
        """Embeddings of all picks that ranked something: stored ones, or read off the texts."""
        fingerprint = self.engine.info.fingerprint
        stored = self._files.embeddings(fingerprint, self.engine.n_embd)
        ranked = [pick for pick in self.profile.picks() if pick.winner is not None]
        missing = [pick for pick in ranked if pick.id not in stored and pick.has_texts]
        new = [stored[pick.id] for pick in ranked if pick.id in stored] if V_is_new else []
        for n, pick in enumerate(missing):
            prompt = self.engine.chat_tokens([{"role": "user", "content": pick.prompt}])
            pair = self._embed(prompt, pick.exploit.text), self._embed(prompt, pick.explore.text)
            with self.profile.locked():
                self._files.add(fingerprint, pick.id, pair)
            stored[pick.id] = pair
            new.append(pair)
            if self.on_embed:
                self.on_embed(n + 1, len(missing))
        # The log has no pairs of single tokens: the pairs of whole responses stand in for them.
        for pair in new:
            self._V = update_precision(self._V, self._initial, *pair)
        self._pairs = {p.id: _winner_first(p, stored[p.id]) for p in ranked if p.id in stored}

    def _embed(self, prompt: Sequence[int], text: str) -> Vector:
        response = self.engine.tokenize(text, add_special=False)
        room = max(0, self.engine.n_ctx - len(prompt) - 1)
        return embed(self.engine, prompt, response[:room])


def _winner_first(pick: Pick, pair: EmbeddingPair) -> EmbeddingPair:
    exploit, explore = pair
    return (explore, exploit) if pick.verdict == "explore" else (exploit, explore)
