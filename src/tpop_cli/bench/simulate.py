"""Simulated users: real sessions whose picks are made by a formula instead of a person.

Every run is a `session.session.Session`, the one that the program uses, with a profile in a folder
that is thrown away and a decoder that remembers answers. All runs play in step, so that what they
ask for is decoded in large batches.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..core.arms import ArmRules
from ..core.asking import AskRules
from ..core.axes import Axis
from ..core.describe import axis_tastes
from ..core.picks import Verdict
from ..core.response_matrix import ResponseMatrix
from ..core.reward import Priors
from ..decoding.arm import ArmRequest
from ..decoding.requests import limit_to_context
from ..engine.protocol import Sampling
from ..session.axes_learner import N0_MEASURED, AxesLearner
from ..session.duel import Duel
from ..session.learner import Learner
from ..session.session import Session, SessionOptions
from ..store.profile import Profile
from .answer_cache import MAX_TOKENS, AnswerCache, AnswerKey, one_answer_each
from .policies import NO_LEARNING, POLICIES, NullLearner
from .progress import ProgressMeter
from .users import User

# Judged answers have seeds of their own, never those of duels, and the two are never the same.
STEERED_SEED, BASE_SEED = 1000, 2000

REWARDS: Mapping[str, Priors] = {
    "axes": Priors(),
    "strengths alone": Priors(theta=1.0, w=1e-6),
}
"""What is learned from: strengths and text features joined by B (the default), or strengths."""


@dataclass(frozen=True)
class Variant:
    """A way to learn that the bench compares.

    Args:
        policy: how pairs are chosen, of `POLICIES`, or `NO_LEARNING`.
        reward: what is learned from, of `REWARDS`, or "neural".
        ask: "always", or "auto": a duel only where `core.asking` finds it worth asking.
    """

    policy: str = "ucb"
    reward: str = "axes"
    ask: str = "always"

    def __str__(self) -> str:
        parts = [self.policy, *([self.reward] if self.reward != "axes" else [])]
        return ", ".join(parts + (["asking when it helps"] if self.ask == "auto" else []))


def compared(
    policies: Sequence[str], rewards: Sequence[str], asks: Sequence[str]
) -> tuple[Variant, ...]:
    """The first of each together, then every other one in place of the first of its kind."""
    first = Variant(policies[0], rewards[0], asks[0])
    others = [replace(first, policy=policy) for policy in policies[1:]]
    others += [replace(first, reward=reward) for reward in rewards[1:]]
    return (first, *others, *(replace(first, ask=ask) for ask in asks[1:]))


@dataclass
class Trace:
    """What one run did.

    Args:
        user, variant, seed: who was played, and how.
        strengths: number of turns -> what then steered a single answer.
        judged: number of turns -> the answers to the judged prompts, in order.
        right: for each clear pick, whether it was predicted.
        asked: how many of the turns were duels.
        words: after the last turn, the poles that are said to be preferred.
    """

    user: str
    variant: Variant
    seed: int
    strengths: dict[int, dict[str, float]] = field(default_factory=dict)
    judged: dict[int, list[AnswerKey]] = field(default_factory=dict)
    right: list[bool] = field(default_factory=list)
    asked: int = 0
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Setting:
    """What all runs of a bench share.

    Args:
        axes, response: the taste axes, and B for them on this model.
        prompts: of duels.
        judged: prompts whose answers are judged.
        counts: numbers of turns after which answers are judged.
        arms, asking: the learner's rules.
        priors: by reward.
        n0: how many duels a pole's row of B counts for.
        sampling, max_tokens: of every answer.
    """

    axes: Sequence[Axis]
    response: ResponseMatrix
    prompts: Sequence[str]
    judged: Sequence[str]
    counts: Sequence[int]
    arms: ArmRules = ArmRules()
    asking: AskRules = AskRules()
    priors: Mapping[str, Priors] = field(default_factory=lambda: REWARDS)
    n0: float = N0_MEASURED
    sampling: Sampling = Sampling()
    max_tokens: int = MAX_TOKENS

    @property
    def last(self) -> int:
        """The number of turns of a run."""
        return max(self.counts)


def verdict(outcome: float) -> Verdict:
    """The verdict for an outcome of the exploit arm: 1, 0, or ½ for a tie."""
    return "exploit" if outcome == 1 else "explore" if outcome == 0 else "tie"


class Run:
    """One simulated user with one session.

    Args:
        user: makes the picks.
        variant: how the session learns.
        seed: of the order of prompts, the user's slips and the policy's draws.
        setting: what all runs share.
        cache: the decoder.
        folder: where the profile is kept; empty.
    """

    def __init__(
        self,
        user: User,
        variant: Variant,
        seed: int,
        setting: Setting,
        cache: AnswerCache,
        folder: Path,
    ) -> None:
        self.trace = Trace(user.name, variant, seed)
        self._user, self._setting, self._variant = user, setting, variant
        self._rng = np.random.default_rng(seed)
        self._order = self._rng.permutation(len(setting.prompts))
        self._profile = Profile("bench", setting.axes, folder, setting.priors[variant.reward])
        options = SessionOptions(setting.sampling, setting.max_tokens, seed=seed, source="bench")
        self._session = Session(cache.engine, self._learner(cache), options, cache)

    def _learner(self, cache: AnswerCache) -> Learner:
        if self._variant.policy == NO_LEARNING:
            return NullLearner(self._profile)
        return AxesLearner(
            cache.engine,
            self._profile,
            self._setting.arms,
            self._setting.asking,
            POLICIES[self._variant.policy](self._rng),
            (self._setting.response, True),
            self._setting.n0,
        )

    def begin(self, n: int) -> Duel | None:
        """Note what is judged after n turns, and prepare the duel of the next one, if there is."""
        session, setting = self._session, self._setting
        if n in setting.counts:
            strengths = self.trace.strengths[n] = session.strengths()
            chats = [session.messages(prompt) for prompt in setting.judged]
            requests = [session.request(chat, strengths, STEERED_SEED) for chat in chats]
            self.trace.judged[n] = [*limit_each(requests, session.engine.n_ctx)]
        if n == setting.last:
            self.trace.words = [t.preferred for t in axis_tastes(session.taste) if t.known]
            return None
        if self._variant.ask == "auto" and not session.should_ask():
            self._profile.count_single()
            return None
        self.trace.asked += 1
        return session.prepare_duel(setting.prompts[self._order[n % len(self._order)]])

    def finish(self, n: int, duel: Duel) -> None:
        """Decode the duel of turn n (the cache holds its answers), pick, and learn."""
        for _ in self._session.decode_duel(duel):
            pass
        exploit, explore = duel.compared
        outcome = self._user.outcome(exploit, explore, n, self._rng)
        pick = self._session.learn(duel, verdict(outcome))
        if pick.predicted_correctly is not None:
            self.trace.right.append(pick.predicted_correctly)


@dataclass(frozen=True)
class Player:
    """Who is played: one run."""

    user: User
    variant: Variant
    seed: int


def play(
    players: Sequence[Player], setting: Setting, cache: AnswerCache, progress: ProgressMeter
) -> list[Trace]:
    """Play all runs in step, each to its end.

    Raises:
        KeyboardInterrupt: the engine's stop flag was set; what was decoded stays in the cache.
    """
    with tempfile.TemporaryDirectory() as home:
        runs = [
            Run(p.user, p.variant, p.seed, setting, cache, Path(home) / str(i))
            for i, p in enumerate(players)
        ]
        progress.begin("duels")
        for n in range(setting.last + 1):
            duels = [(run, duel) for run in runs if (duel := run.begin(n))]
            needed = [request for _, duel in duels for request in one_answer_each(duel.requests)]
            # An estimate: as if every turn to come needed as many new answers as this one.
            progress.expect(len(cache.missing(needed)) * max(1, setting.last - n))
            if not cache.fill(needed, progress.advance):
                raise KeyboardInterrupt
            for run, duel in duels:
                run.finish(n, duel)
        return [run.trace for run in runs]


def limit_each(requests: Sequence[ArmRequest], n_ctx: int) -> list[ArmRequest]:
    """Requests that are decoded independently, each limited to the context."""
    return [limited for request in requests for limited in limit_to_context([request], n_ctx)]
