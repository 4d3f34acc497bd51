"""How well taste is learned: what is played, and the report on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arms import ArmRules
from ..core.axes import AXES, Axis
from ..core.response_matrix import ResponseMatrix
from ..engine.protocol import Sampling
from .answer_cache import MAX_TOKENS
from .judging import Judging
from .prompts import SPLITS
from .simulate import Player, Setting, Trace, Variant, play
from .users import CONSISTENT, DIFFICULT, USERS


@dataclass(frozen=True)
class TastePlan:
    """What the taste bench plays.

    Args:
        learners: how runs learn; the first is the one that others are compared with.
        users: names of simulated users.
        counts: numbers of turns after which answers are judged.
        seeds: runs of each user.
        split: of the prompts, "report" or "tune".
        n_prompts: prompts of duels.
        n_judged: prompts whose answers are judged; 0 for all.
        n_choose: prompts of duels on which the oracle's poles are chosen; 0: there is no oracle.
        rules: how arms are chosen.
    """

    learners: tuple[Variant, ...] = (Variant(),)
    users: tuple[str, ...] = tuple(user.name for user in (*CONSISTENT, *DIFFICULT))
    counts: tuple[int, ...] = (0, 5, 10, 15, 20, 35, 40)
    seeds: int = 3
    split: str = "report"
    n_prompts: int = 24
    n_judged: int = 0
    n_choose: int = 24
    rules: ArmRules = ArmRules()

    def setting(
        self,
        response: ResponseMatrix,
        sampling: Sampling = Sampling(),
        max_tokens: int = MAX_TOKENS,
        axes: Sequence[Axis] = AXES,
    ) -> Setting:
        """What all runs of the plan share, on a model with this response matrix."""
        of_duels, judged = SPLITS[self.split]
        return Setting(
            axes,
            response,
            of_duels[: self.n_prompts],
            judged[: self.n_judged] if self.n_judged else judged,
            self.counts,
            self.rules,
            sampling=sampling,
            max_tokens=max_tokens,
        )


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
    means = []
    for _ in range(n):
        drawn = wins[:, rng.integers(n_seeds, size=n_seeds)]
        means.append(drawn[:, :, rng.integers(n_prompts, size=n_prompts)].mean())
    low, high = np.quantile(means, [0.025, 0.975])
    return Rate(float(wins.mean()), float(low), float(high))


PlayOther = Callable[[Sequence[Player], Setting], list[Trace]]
"""Plays what the answer cache cannot: learners whose every answer is their own."""


def play_plan(
    plan: TastePlan, judging: Judging, play_neural: PlayOther | None = None
) -> list[Trace]:
    """Play every run of the plan; those of the neural reward with `play_neural`."""
    every = [
        Player(USERS[user], variant, seed)
        for variant in plan.learners
        for user in plan.users
        for seed in range(plan.seeds)
    ]
    neural = [player for player in every if player.variant.reward == "neural"]
    others = [player for player in every if player.variant.reward != "neural"]
    traces = play(others, judging.setting, judging.cache, judging.progress) if others else []
    if neural:
        assert play_neural is not None, "the bench was not made to play the neural reward"
        traces += play_neural(neural, judging.setting)
    return traces


def report(
    plan: TastePlan, judging: Judging, play_neural: PlayOther | None = None
) -> dict[str, Any]:
    """Play and judge everything; the JSON form of the result.

    Raises:
        KeyboardInterrupt: the engine's stop flag was set.
    """
    consistent = [name for name in plan.users if USERS[name].consistent]
    traces = play_plan(plan, judging, play_neural)
    judging.fill("judging", [key for t in traces for keys in t.judged.values() for key in keys])
    oracles = judging.oracles(consistent, plan.n_choose) if plan.n_choose else {}
    played = {v: [t for t in traces if t.variant == v] for v in plan.learners}
    first = played[plan.learners[0]]
    wins = [w for _, of_user in oracles.values() for w in of_user]
    return {
        "plan": asdict(plan),
        "oracle": {
            "mean": float(np.mean(wins)) if oracles else None,
            "users": {
                name: {"strengths": s, "win_rate": float(np.mean(w))}
                for name, (s, w) in oracles.items()
            },
        },
        "learners": [
            _of_variant(plan, judging, variant, own, first, consistent)
            for variant, own in played.items()
        ],
    }


def _of_variant(
    plan: TastePlan,
    judging: Judging,
    variant: Variant,
    own: Sequence[Trace],
    first: Sequence[Trace],
    consistent: Sequence[str],
) -> dict[str, Any]:
    """One variant's part of the report; `first` are the traces it is compared with."""
    last = max(plan.counts)
    indifferent = [t for t in own if USERS[t.user].indifferent]

    def rates(
        wins: Callable[[int], npt.NDArray[np.float64]],
    ) -> Mapping[str, dict[str, float] | None]:
        found = {str(n): wins(n) for n in plan.counts}
        return {n: asdict(rate(w)) if w.size else None for n, w in found.items()}

    def of(*users: str) -> Callable[[int], npt.NDArray[np.float64]]:
        return lambda n: judging.wins(own, users, n)

    def behind(n: int) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = judging.wins(first, consistent, n)
        return found - judging.wins(own, consistent, n)

    return {
        **asdict(variant),
        "name": str(variant),
        "consistent": rates(of(*consistent)),
        "behind_the_first": rates(behind),
        "users": {name: rates(of(name)) for name in plan.users},
        "predicted_right": float(np.mean([float(r) for t in own for r in t.right] or [0.0])),
        "asked": float(np.mean([t.asked for t in own])),
        "cost": asdict(judging.cost([t for t in own if t.user in consistent], last)),
        "cost_indifferent": asdict(judging.cost(indifferent, last)) if indifferent else None,
        "words": {f"{t.user}, seed {t.seed}": t.words for t in own},
        "strengths": {f"{t.user}, seed {t.seed}": t.strengths.get(last, {}) for t in own},
    }
