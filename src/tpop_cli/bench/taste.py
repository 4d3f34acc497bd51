"""How well taste is learned: win rates over the base model, what steering costs, and the ceiling of it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arms import ArmRules
from ..core.axes import AXES, Axis
from ..core.response import ResponseMatrix
from ..core.steering import active_poles
from .bank import AnswerBank, Wanted, wanted
from .poles import quotes, repeated
from .prompts import REPORT, TRAIN
from .simulate import Trace, learner, play
from .users import CONSISTENT, USERS, User

STEERED_SEED, BASE_SEED = 1000, 2000  # of reported answers: never those of duels, and never the same
OnAnswer = Callable[[int], None]


@dataclass(frozen=True)
class Plan:
    """What a bench plays.

    Args:
        policies, rewards: names; every policy is played with the first reward, every reward with the first policy.
        users: names of simulated users.
        counts: after how many duels answers are judged.
        seeds: how many runs of each.
        n_report: how many reporting prompts.
        n_choose: how many training prompts the oracle's poles are chosen on.
        max_axes: at most so many axes are active in a learner's arm.
    """

    policies: tuple[str, ...] = ("ucb",)
    rewards: tuple[str, ...] = ("axes",)
    users: tuple[str, ...] = tuple(USERS)
    counts: tuple[int, ...] = (0, 5, 10, 15, 20, 40)
    seeds: int = 3
    n_report: int = len(REPORT)
    n_choose: int = 16
    max_axes: int = ArmRules.max_axes

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """(policy, reward) to play."""
        found = [(policy, self.rewards[0]) for policy in self.policies]
        return found + [(self.policies[0], reward) for reward in self.rewards[1:]]


@dataclass(frozen=True)
class Rate:
    """A mean with its 95% bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.2f} [{self.low:.2f}, {self.high:.2f}]"


def rate(wins: npt.NDArray[np.float64], n: int = 1000) -> Rate:
    """Mean of wins (users, seeds, prompts); the bootstrap draws seeds and prompts, not users."""
    rng = np.random.default_rng(0)
    _, n_seeds, n_prompts = wins.shape
    means = [
        wins[:, rng.integers(n_seeds, size=n_seeds)][:, :, rng.integers(n_prompts, size=n_prompts)].mean()
        for _ in range(n)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return Rate(float(wins.mean()), float(low), float(high))


@dataclass(frozen=True)
class Cost:
    """What steering costs: over reported answers, against base answers to the same prompts.

    Args:
        perplexity_ratio: of the answers' perplexity under the plain prompt.
        repeated: share of repeated 4-grams, and that of base answers.
        quoting: share of answers that quote an instruction.
        empty: share of empty answers.
        unfinished: share of answers that were cut.
    """

    perplexity_ratio: float
    repeated: tuple[float, float]
    quoting: float
    empty: float
    unfinished: tuple[float, float]


@dataclass
class Bench:
    """Plays a plan and judges it. `response` is B as the program has it for this model."""

    bank: AnswerBank
    plan: Plan
    response: ResponseMatrix
    axes: tuple[Axis, ...] = AXES
    on_answer: OnAnswer | None = None

    @property
    def prompts(self) -> tuple[str, ...]:
        """The reporting prompts."""
        return REPORT[: self.plan.n_report]

    def traces(self) -> list[Trace]:
        """Play every run of the plan."""
        runs = [
            learner(
                USERS[user],
                policy,
                reward,
                seed,
                axes=self.axes,
                response=self.response,
                prompts=TRAIN,
                counts=self.plan.counts,
                rules=ArmRules(max_axes=self.plan.max_axes),
            )
            for policy, reward in self.plan.pairs
            for user in self.plan.users
            for seed in range(self.plan.seeds)
        ]
        return play(runs, self.bank, self.on_answer)

    def wins(self, user: User, strengths: Mapping[str, float], n: int, prompts: Sequence[str]) -> list[float]:
        """1, ½ or 0 a prompt: the steered answer against the base model's, by the user's taste after n duels."""
        return [
            user.prefers(
                self.bank[wanted(p, strengths, STEERED_SEED)].text, self.bank[wanted(p, {}, BASE_SEED)].text, n
            )
            for p in prompts
        ]

    def fill(self, many: Sequence[Mapping[str, float]], prompts: Sequence[str]) -> bool:
        """Decode what `wins` needs."""
        keys = [wanted(p, {}, BASE_SEED) for p in prompts]
        keys += [wanted(p, s, STEERED_SEED) for s in many for p in prompts]
        return self.bank.fill(keys, self.on_answer)

    def curve(self, traces: Sequence[Trace], users: Sequence[str], n: int) -> Rate | None:
        """The win rate after n duels over some users, or None if none of them was played."""
        chosen = [[t for t in traces if t.user == user] for user in users]
        chosen = [runs for runs in chosen if runs]
        if not chosen:
            return None
        return rate(
            np.array([[self.wins(USERS[t.user], t.strengths[n], n, self.prompts) for t in runs] for runs in chosen])
        )

    def oracle(self, user: User) -> tuple[dict[str, float], list[float]]:
        """The taste simply given: the best one or two poles by training prompts; its wins on reporting prompts."""
        prompts = TRAIN[: self.plan.n_choose]
        singles: list[dict[str, float]] = [{}]
        singles += [{axis.name: s} for axis in self.axes for s in (axis.toward.full, -axis.away.full)]
        self.fill(singles, prompts)

        def score(strengths: Mapping[str, float]) -> float:
            return float(np.mean(self.wins(user, strengths, 0, prompts)))

        best = sorted(singles, key=score, reverse=True)[:3]
        pairs = [{**a, **b} for i, a in enumerate(best) for b in best[i + 1 :] if not set(a) & set(b)]
        self.fill(pairs, prompts)
        chosen = max([*best, *pairs], key=score)
        self.fill([chosen], self.prompts)
        return chosen, self.wins(user, chosen, 0, self.prompts)

    def cost(self, many: Sequence[Mapping[str, float]]) -> Cost:
        """What steering with these strengths costs on the reporting prompts."""
        base = [wanted(p, {}, BASE_SEED) for p in self.prompts]
        distinct = {wanted(p, s, STEERED_SEED): None for s in many for p in self.prompts}
        weights = [wanted(p, s, STEERED_SEED) for s in many for p in self.prompts]
        surprise = {key: self.bank.surprise(key) for key in [*distinct, *base]}

        def mean(keys: Sequence[Wanted], measure: Callable[[Wanted], float]) -> float:
            return float(np.mean([measure(key) for key in keys]))

        def again(key: Wanted) -> float:
            return repeated(self.bank[key].tokens)

        def cut(key: Wanted) -> float:
            return float(self.bank[key].finish_reason == "length")

        return Cost(
            float(np.exp(mean(weights, surprise.__getitem__) - mean(base, surprise.__getitem__))),
            (mean(weights, again), mean(base, again)),
            mean(weights, self._quoting),
            mean(weights, lambda key: float(not self.bank[key].text.strip())),
            (mean(weights, cut), mean(base, cut)),
        )

    def _quoting(self, key: Wanted) -> float:
        said = [pole.instruction for pole, _ in active_poles(self.axes, dict(key.strengths))]
        return float(quotes(said, self.bank[key].text))


def report(bench: Bench) -> dict[str, Any]:
    """Play and judge everything; the JSON form of the result. Raises KeyboardInterrupt if it was stopped."""
    plan = bench.plan
    consistent = [user.name for user in CONSISTENT if user.name in plan.users]
    traces = bench.traces()
    if len(traces) < len(plan.pairs) * len(plan.users) * plan.seeds:
        raise KeyboardInterrupt
    many = list({tuple(sorted(s.items())): s for t in traces for s in t.strengths.values()}.values())
    if not bench.fill(many, bench.prompts):
        raise KeyboardInterrupt
    oracles = {name: bench.oracle(USERS[name]) for name in consistent}
    last = max(plan.counts)
    learners = []
    for policy, reward in plan.pairs:
        own = [t for t in traces if (t.policy, t.reward) == (policy, reward)]
        per_user = {name: {str(n): _dict(bench.curve(own, [name], n)) for n in plan.counts} for name in plan.users}
        learners.append(
            {
                "policy": policy,
                "reward": reward,
                "consistent": {str(n): _dict(bench.curve(own, consistent, n)) for n in plan.counts},
                "users": per_user,
                "predicted_right": float(np.mean([float(r) for t in own for r in t.right] or [0.0])),
                "cost": asdict(bench.cost([t.strengths[last] for t in own if t.user in consistent] or [{}])),
                "strengths": {f"{t.user}, seed {t.seed}": t.strengths[last] for t in own},
            }
        )
    return {
        "plan": asdict(plan),
        "oracle": {
            "mean": float(np.mean([w for _, wins in oracles.values() for w in wins] or [0.0])),
            "users": {name: {"strengths": s, "win_rate": float(np.mean(w))} for name, (s, w) in oracles.items()},
        },
        "learners": learners,
    }


def _dict(found: Rate | None) -> dict[str, float] | None:
    return asdict(found) if found else None
