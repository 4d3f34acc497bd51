"""One turn of the loop: prompt -> duel -> pick -> learn -> save."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import ClassVar

import numpy as np

from ..core.arms import ArmRules, exploit, explore_ucb
from ..core.asking import AskRules, should_ask
from ..core.picks import ArmName, Candidate, Pick, Verdict, pick_difference
from ..core.response_matrix import ResponseEstimate
from ..core.reward import AxesReward, Strengths
from ..core.taste import Taste
from ..decoding.decoder import Arm, ArmRequest, OnStep, decode, decode_many
from ..decoding.requests import fit, request_arm, trim
from ..engine.protocol import Engine, Message, Sampling
from ..errors import ContextFullError, TpopError
from ..store.profile import Profile
from ..store.response_matrices import load_response
from .duel import Duel, showing

N0_MEASURED, N0_GUESSED = 16.0, 2.0
"""How many duels a pole's row of B is worth, measured on this model or guessed from another."""

_RECENT = 100  # picks that are read back to refine B


@dataclass(frozen=True)
class SessionOptions:
    """What holds for every turn of a command.

    Args:
        sampling: llama.cpp's sampling parameters.
        max_tokens: where an answer is cut.
        stops: texts that end an answer.
        system: the system prompt; none if empty.
        show_thinking: whether what a reasoning model thinks aloud is shown on a terminal. It is never learned from.
        keep_texts: whether picks are logged with what was asked and answered; if not, with what the texts are like.
        seed: base of every turn's seeds: same seed, same profile, same prompt, same answer.
        rules: how the arms are chosen.
        asking: when a duel is worth the user's while.
        source: the command, for the log.
    """

    sampling: Sampling = Sampling()
    max_tokens: int = 512
    stops: tuple[str, ...] = ()
    system: str = ""
    show_thinking: bool = True
    keep_texts: bool = True
    seed: int = 0
    rules: ArmRules = ArmRules()
    asking: AskRules = AskRules()
    source: str = "ask"


@dataclass
class Session:
    """Runs turns for one profile on one engine. Each turn sees what the last pick taught.

    Args:
        engine: the loaded model.
        profile: whose taste; None steers nothing and learns nothing.
        options: what holds for every turn.
    """

    engine: Engine
    profile: Profile | None
    options: SessionOptions = field(default_factory=SessionOptions)
    n: int = 0  # turns begun: each has its own seeds

    early_picks: ClassVar[bool] = True
    """Whether a pick can be made while both answers are still being written."""

    def __post_init__(self) -> None:
        self._response, self.measured = load_response(self.engine.info.fingerprint)
        self.use(self.profile)

    def use(self, profile: Profile | None) -> None:
        """Go on with this profile. What its recent duels showed of this very model refines B."""
        self.profile = profile
        if profile is None:
            return
        self._fresh = AxesReward.fresh(profile.axes, self._response)
        self._estimate = ResponseEstimate(
            self._fresh.B, N0_MEASURED if self.measured else N0_GUESSED
        )
        for pick in profile.recent(_RECENT):
            self._observe(pick)

    def _observe(self, pick: Pick) -> None:
        if pick.fingerprint == self.engine.info.fingerprint:
            self._estimate.observe(*self._fresh.split(pick_difference(self._fresh, pick)))

    @property
    def taste(self) -> Taste:
        """The taste of this moment: what the profile holds of it, on this model's response matrix."""
        assert self.profile is not None, "there is no profile"
        return self.profile.taste.with_B(self._estimate.B)

    def exploit_strengths(self) -> dict[str, float]:
        """What the single answer is steered with."""
        return exploit(self.taste, self.options.rules) if self.profile else {}

    def should_ask(self) -> bool:
        """Whether the next answer should be a duel: its pick may change what is shown."""
        assert self.profile is not None
        best = self.exploit_strengths()
        return should_ask(
            self.taste, best, self.profile.singles, self.options.rules, self.options.asking
        )

    # -- decoding ----------------------------------------------------------------------------------------

    def plan(self, messages: Sequence[Message], strengths: Strengths, seed: int) -> ArmRequest:
        """How an arm is decoded that answers the last message with `strengths`."""
        axes, options = self.profile.axes if self.profile else (), self.options
        plan = request_arm(
            self.engine, messages, axes, strengths, options.sampling, seed, options.max_tokens
        )
        return replace(plan, stops=options.stops)

    def trimmed(self, messages: Sequence[Message]) -> tuple[list[Message], int]:
        """The chat without its oldest turns, so that a duel fits the context, and how many messages were left out."""
        poles = [
            pole for axis in (self.profile.axes if self.profile else ()) for pole in axis.poles
        ]
        tokens = [len(self.engine.tokenize(pole.instruction, add_special=False)) for pole in poles]
        most = self.options.rules.max_axes * max(tokens, default=0)
        return trim(self.engine, messages, self.options.max_tokens, most)

    def asked(self, question: str, past: Sequence[Message] = ()) -> list[Message]:
        """The chat with a new question, the system prompt first."""
        system: list[Message] = (
            [{"role": "system", "content": self.options.system}] if self.options.system else []
        )
        return [*system, *past, {"role": "user", "content": question}]

    def next_seeds(self) -> tuple[int, int, int]:
        """Seeds of a new turn: of the exploit arm, of the explore arm, of the order on screen."""
        seeds = np.random.SeedSequence([self.options.seed, self.n]).generate_state(3)
        self.n += 1
        a, b, c = (int(s) & 0x7FFFFFFF for s in seeds)
        return a, b, c

    def answer(
        self, messages: Sequence[Message], on_step: OnStep | None = None
    ) -> tuple[Arm | None, dict[str, float]]:
        """The exploit arm's answer alone, and its strengths. Nothing is learned; None if stopped at once."""
        strengths = self.exploit_strengths()
        plans = fit([self.plan(messages, strengths, self.next_seeds()[0])], self.engine.n_ctx)
        arms = decode(self.engine, plans, on_step)
        return (arms[0] if arms else None), strengths

    def answer_many(
        self, chats: Sequence[Sequence[Message]]
    ) -> Iterator[tuple[Arm, dict[str, float]]]:
        """The exploit arm's answer to each of many chats, in order, decoded many at a time.

        Ends early if the stop flag is set. Raises ContextFullError before anything is decoded.
        """
        strengths = self.exploit_strengths()

        def fitting(messages: Sequence[Message], seed: int) -> list[ArmRequest]:
            return fit([self.plan(messages, strengths, seed)], self.engine.n_ctx)

        for n, messages in enumerate(chats, 1):  # one that is too long would end the others halfway
            try:
                fitting(messages, 0)
            except ContextFullError as error:
                raise ContextFullError(
                    f"of {len(chats)}, prompt {n}: {error.message}", error.hint
                ) from None

        def plans() -> Iterator[list[ArmRequest]]:
            for messages in chats:
                yield fitting(messages, self.next_seeds()[0])

        done: dict[int, Arm] = {}
        n_given = 0
        for index, (arm,) in decode_many(self.engine, plans()):
            done[index] = arm
            while n_given in done:
                yield done.pop(n_given), strengths
                n_given += 1

    def begin(self, messages: Sequence[Message]) -> tuple[Duel, list[ArmRequest]]:
        """Choose both arms of a duel and plan their decoding."""
        seeds, taste = self.next_seeds(), self.taste
        first = exploit(taste, self.options.rules)
        second = explore_ucb(taste.reward, first, self.options.rules)
        plans = [
            self.plan(messages, s, seed) for s, seed in zip((first, second), seeds, strict=False)
        ]
        left: ArmName = "exploit" if seeds[2] % 2 else "explore"
        duel = Duel(messages[-1]["content"], (first, second), [], left, 0.5)
        return duel, fit(plans, self.engine.n_ctx)

    def duel(
        self, messages: Sequence[Message], on_step: Callable[[Duel], None] | None = None
    ) -> Duel:
        """Decode both arms together.

        Args:
            messages: the chat, the user's new message last.
            on_step: called after every step with the duel as it stands.
        """
        duel, plans = self.begin(messages)
        return self._fight(duel, plans, (), on_step)

    def compare(
        self,
        messages: Sequence[Message],
        answer: Arm,
        strengths: dict[str, float],
        on_step: Callable[[Duel], None] | None = None,
    ) -> Duel:
        """A duel with a single answer that was given already as its exploit arm: only the explore arm is decoded."""
        duel, (_, plan) = self.begin(messages)
        duel.strengths = (strengths, duel.strengths[1])
        return self._fight(duel, [plan], [answer], on_step)

    def against_plain(
        self,
        messages: Sequence[Message],
        on_step: Callable[[Duel], None] | None = None,
        *,
        left: ArmName | None = None,
    ) -> Duel:
        """The exploit arm beside the plain answer, both with one seed. To look at: it is nothing to learn from.

        Args:
            messages, on_step: as of `duel`.
            left: which is shown first; None: by chance.
        """
        seed, _, order = self.next_seeds()
        strengths: tuple[dict[str, float], dict[str, float]] = (self.exploit_strengths(), {})
        plans = fit([self.plan(messages, s, seed) for s in strengths], self.engine.n_ctx)
        side: ArmName = left or ("exploit" if order % 2 else "explore")
        return self._fight(
            Duel(messages[-1]["content"], strengths, [], side, 0.5), plans, (), on_step
        )

    def _fight(
        self,
        duel: Duel,
        plans: Sequence[ArmRequest],
        given: Sequence[Arm],
        on_step: Callable[[Duel], None] | None,
    ) -> Duel:
        """Decode the arms of a duel behind those that are given, and predict its pick."""
        duel.arms = list(given)
        duel.arms = [*given, *decode(self.engine, plans, showing(duel, given, on_step))]
        if duel.complete:
            duel.predicted = self._predict(duel)
        return duel

    def _predict(self, duel: Duel) -> float:
        reward = self.taste.reward
        first, second = (
            reward.gradient(s, text) for s, text in zip(duel.strengths, duel.compared, strict=True)
        )
        return reward.predict(first - second)

    # -- learning ----------------------------------------------------------------------------------------

    def learn(self, duel: Duel, verdict: Verdict, seconds: float | None = None) -> Pick:
        """Record the outcome of a duel in the profile and learn from it. Errors as `Profile.record`."""
        assert self.profile is not None, "learning needs a profile"
        exploit_arm, explore_arm = (
            Candidate(text, dict(s), arm.request.seed, arm.finish_reason or "")
            for s, arm, text in zip(duel.strengths, duel.arms, duel.compared, strict=True)
        )
        pick = Pick(
            id=0,  # the profile numbers it
            time=datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds"),
            prompt=duel.prompt,
            exploit=exploit_arm,
            explore=explore_arm,
            verdict=verdict,
            left=duel.left,
            predicted=duel.predicted,
            seconds=seconds,
            source=self.options.source,
            model=self.engine.info.name,
            fingerprint=self.engine.info.fingerprint,
            early=duel.early is not None,
        )
        try:
            pick = self.profile.record(pick if self.options.keep_texts else pick.without_texts())
        except TpopError as error:
            raise type(error)(f"the pick was not saved: {error.message}", error.hint) from None
        self._observe(pick)
        return pick

    def undo(self, pick_id: int) -> None:
        """Take back a pick of this profile. Errors as `Profile.undo`."""
        assert self.profile is not None
        self.profile.undo(pick_id)
        self.use(self.profile)

    def close(self) -> None:
        """Finish what is under way: nothing, where a pick is learned at once."""
