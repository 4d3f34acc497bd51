"""Simulations: the program's sessions, with picks made by a formula instead of a person.

Every run drives a `session.session.Session`, the class that the commands use, with a profile in a
temporary folder and the answer cache as its decoder. All runs take each turn together, so that
their answers are decoded in large batches.
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
from ..core.reward import Priors, Strengths
from ..core.steering import Steer
from ..decoding.arm import ArmRequest
from ..decoding.requests import limit_to_context, request_arm
from ..engine.protocol import Engine, Sampling
from ..session.axes_learner import AxesLearner
from ..session.duel import Duel
from ..session.learner import Learner
from ..session.model_response import N0_MEASURED
from ..session.options import SessionOptions
from ..session.session import Session
from ..settings import default
from ..store.profile import Profile
from .answer_cache import MAX_TOKENS, AnswerCache, AnswerKey, with_shared_seeds
from .policies import NO_LEARNING, POLICIES, NullLearner
from .progress import ProgressMeter
from .users import User

# Judged answers have other seeds than the answers of duels, and steered ones others than base ones.
STEERED_SEED, BASE_SEED = 1000, 2000

REWARDS: Mapping[str, Priors] = {
    "axes": Priors(),
    "strengths alone": Priors(theta=1.0, w=1e-6, w_of={}),
}
"""Name of a reward -> its priors.

"axes" learns from strengths and text features, joined by B; it is the default. "strengths alone"
keeps the weights of text features at zero.
"""


@dataclass(frozen=True)
class Variant:
    """A way of learning that the bench compares with others.

    Args:
        policy: how arms are chosen: a name in `POLICIES`, or `NO_LEARNING`.
        reward: the reward model: a name in `REWARDS`, or "neural".
        ask: when a turn is a duel: "always", or "auto" (when `core.asking` expects a gain).
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
    """The variants to compare: the first of each list together, then one change at a time."""
    first = Variant(policies[0], rewards[0], asks[0])
    others = [replace(first, policy=policy) for policy in policies[1:]]
    others += [replace(first, reward=reward) for reward in rewards[1:]]
    return (first, *others, *(replace(first, ask=ask) for ask in asks[1:]))


@dataclass
class Trace:
    """The record of one run.

    Args:
        user, variant, seed: what was played.
        strengths: number of turns -> the strengths of a single answer after them.
        judged: number of turns -> the answers to the judged prompts, in order.
        predicted_correctly: for each clear pick, whether the reward model predicted it.
        n_duels: the number of turns that were duels.
        preferred_poles: the poles that the profile names as preferred after the last turn.
    """

    user: str
    variant: Variant
    seed: int
    strengths: dict[int, dict[str, float]] = field(default_factory=dict)
    judged: dict[int, list[AnswerKey]] = field(default_factory=dict)
    predicted_correctly: list[bool] = field(default_factory=list)
    n_duels: int = 0
    preferred_poles: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Setting:
    """What all runs of a bench share.

    Args:
        axes, response: the taste axes, and the response matrix B of the model.
        prompts: the prompts of duels.
        judged: the prompts whose answers are judged.
        counts: the numbers of turns after which answers are judged.
        arms, asking: the learner's rules.
        priors: name of a reward -> the priors of its weights.
        n0: how many duels the prior value of a row of B counts for.
        sampling, max_tokens: for every answer.
        steer: how strengths steer.
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
    steer: Steer = "contrast"

    @property
    def last(self) -> int:
        """The number of turns of a run."""
        return max(self.counts)


def verdict(outcome: float) -> Verdict:
    """The verdict for the exploit arm's outcome: 1 (it won), 0 (it lost) or ½ (a tie)."""
    return "exploit" if outcome == 1 else "explore" if outcome == 0 else "tie"


class Run:
    """One simulated user with one session.

    Args:
        user: makes the picks.
        variant: how the session learns.
        seed: for the order of prompts, the user's errors and the policy's draws.
        setting: what all runs share.
        cache: the session's decoder.
        folder: an empty folder for the profile.
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
        options = SessionOptions(
            setting.sampling, setting.max_tokens, steer=setting.steer, seed=seed, source="bench"
        )
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
            self._setting.steer,
        )

    def begin(self, n: int) -> Duel | None:
        """Record what is judged after n turns, and prepare the next duel; None if there is none."""
        session, setting = self._session, self._setting
        if n in setting.counts:
            strengths = self.trace.strengths[n] = session.strengths()
            chats = [session.messages(prompt) for prompt in setting.judged]
            requests = [session.request(chat, strengths, STEERED_SEED) for chat in chats]
            self.trace.judged[n] = [*limit_each(requests, session.engine.n_ctx)]
        if n == setting.last:
            self.trace.preferred_poles = [
                t.preferred for t in axis_tastes(session.taste) if t.known
            ]
            return None
        if self._variant.ask == "auto" and not session.should_ask():
            self._profile.count_single()
            return None
        self.trace.n_duels += 1
        return session.prepare_duel(setting.prompts[self._order[n % len(self._order)]])

    def finish(self, n: int, duel: Duel) -> None:
        """Decode the duel of turn n, pick, and learn. The cache must contain the duel's answers."""
        self._session.finish_duel(duel)
        exploit, explore = duel.compared
        outcome = self._user.outcome(exploit, explore, n, self._rng)
        pick = self._session.learn(duel, verdict(outcome))
        if pick.predicted_correctly is not None:
            self.trace.predicted_correctly.append(pick.predicted_correctly)


@dataclass(frozen=True)
class Player:
    """A run to play: a user, a variant and a seed."""

    user: User
    variant: Variant
    seed: int


def play(
    players: Sequence[Player], setting: Setting, cache: AnswerCache, progress: ProgressMeter
) -> list[Trace]:
    """Play all runs to their ends, one turn of every run at a time.

    Raises:
        KeyboardInterrupt: the engine's stop flag was set; the cache keeps what was decoded.
    """
    with tempfile.TemporaryDirectory() as home:
        runs = [
            Run(p.user, p.variant, p.seed, setting, cache, Path(home) / str(i))
            for i, p in enumerate(players)
        ]
        progress.begin("duels")
        for n in range(setting.last + 1):
            duels = [(run, duel) for run in runs if (duel := run.begin(n))]
            needed = [request for _, duel in duels for request in with_shared_seeds(duel.requests)]
            # An estimate: every later turn needs as many new answers as this one.
            progress.expect(len(cache.missing(needed)) * max(1, setting.last - n))
            if not cache.fill(needed, progress.advance):
                raise KeyboardInterrupt
            for run, duel in duels:
                run.finish(n, duel)
        return [run.trace for run in runs]


def answer_requests(
    engine: Engine,
    prompts: Sequence[str],
    axes: Sequence[Axis],
    strengths: Strengths,
    sampling: Sampling,
    seed: int,
    max_tokens: int,
    steer: Steer = "contrast",
) -> list[ArmRequest]:
    """A request for an answer to each prompt, all steered by the same strengths."""
    requests = [
        request_arm(
            engine,
            [{"role": "user", "content": prompt}],
            axes,
            strengths,
            sampling,
            seed,
            max_tokens,
            steer=steer,
            think_tokens=default("think_tokens"),
        )
        for prompt in prompts
    ]
    return limit_each(requests, engine.n_ctx)


def limit_each(requests: Sequence[ArmRequest], n_ctx: int) -> list[ArmRequest]:
    """Limit each request to the context. They are decoded independently."""
    return [limited for request in requests for limited in limit_to_context([request], n_ctx)]
