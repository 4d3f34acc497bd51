"""The taste bench: what is played, and its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.arms import ArmRules
from ..core.axes import AXES, Axis
from ..core.response_matrix import ResponseMatrix
from ..core.steering import Steer
from ..engine.protocol import Sampling
from .answer_cache import MAX_TOKENS
from .judging import Judging
from .prompts import SPLITS
from .simulate import Player, Setting, Trace, Variant, play
from .user_groups import GROUPS, SPLIT_USERS, USERS


@dataclass(frozen=True)
class TastePlan:
    """What the taste bench plays.

    Args:
        learners: the variants; the others are compared with the first.
        users: names of simulated users.
        counts: the numbers of turns after which answers are judged.
        seeds: the number of runs of each user.
        split: the prompts to use, "report" or "tune".
        n_prompts: the number of prompts of duels.
        n_judged: the number of prompts whose answers are judged; 0: all.
        n_choose: the number of prompts on which the oracle chooses; 0: no oracle.
        rules: how arms are chosen.
    """

    learners: tuple[Variant, ...] = (Variant(),)
    users: tuple[str, ...] = tuple(user.name for user in SPLIT_USERS["report"])
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
        steer: Steer = "contrast",
    ) -> Setting:
        """The setting of all runs, on a model with this response matrix."""
        prompts, judged = SPLITS[self.split]
        return Setting(
            axes,
            response,
            prompts[: self.n_prompts],
            judged[: self.n_judged] if self.n_judged else judged,
            self.counts,
            self.rules,
            sampling=sampling,
            max_tokens=max_tokens,
            steer=steer,
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
    """The mean of wins of shape (n_users, n_seeds, n_prompts), with its bootstrap interval.

    Args:
        wins: 1, ½ or 0; or differences of wins.
        n: the number of bootstrap samples. They draw seeds and prompts; users are fixed.
    """
    rng = np.random.default_rng(0)
    _, n_seeds, n_prompts = wins.shape
    seeds = rng.integers(n_seeds, size=(n, n_seeds, 1))
    prompts = rng.integers(n_prompts, size=(n, 1, n_prompts))
    means = wins.mean(axis=0)[seeds, prompts].mean(axis=(1, 2))
    low, high = np.quantile(means, [0.025, 0.975])
    return Rate(float(wins.mean()), float(low), float(high))


PlayRuns = Callable[[Sequence[Player], Setting], list[Trace]]
"""Plays runs of a learner that cannot use the answer cache."""


def play_plan(
    plan: TastePlan, judging: Judging, play_neural: PlayRuns | None = None
) -> list[Trace]:
    """Play every run of the plan; runs of the neural reward are played by `play_neural`."""
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
        assert play_neural is not None, "the plan has a neural reward, but play_neural is missing"
        traces += play_neural(neural, judging.setting)
    return traces


def report(
    plan: TastePlan, judging: Judging, play_neural: PlayRuns | None = None
) -> dict[str, Any]:
    """Play and judge everything. Returns the report as the JSON object of `tpop bench taste`.

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
        "groups": {
            group: [name for name in plan.users if name in names] for group, names in GROUPS.items()
        },
        "oracle": {
            "mean": float(np.mean(wins)) if oracles else None,
            "users": {
                name: {"strengths": s, "win_rate": float(np.mean(w))}
                for name, (s, w) in oracles.items()
            },
        },
        "learners": [
            _variant_report(plan, judging, variant, own, first, consistent)
            for variant, own in played.items()
        ],
    }


def _variant_report(
    plan: TastePlan,
    judging: Judging,
    variant: Variant,
    own: Sequence[Trace],
    first: Sequence[Trace],
    consistent: Sequence[str],
) -> dict[str, Any]:
    """The part of the report on one variant, which is compared with the traces of the first one."""
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
        **{
            group: rates(of(*(name for name in plan.users if name in names)))
            for group, names in GROUPS.items()
        },
        "behind_the_first": rates(behind),
        "users": {name: rates(of(name)) for name in plan.users},
        "predicted_right": float(
            np.mean([float(r) for t in own for r in t.predicted_correctly] or [0.0])
        ),
        "asked": float(np.mean([t.n_duels for t in own])),
        "cost": asdict(judging.cost([t for t in own if t.user in consistent], last)),
        "cost_indifferent": asdict(judging.cost(indifferent, last)) if indifferent else None,
        "words": {f"{t.user}, seed {t.seed}": t.preferred_poles for t in own},
        "strengths": {f"{t.user}, seed {t.seed}": t.strengths.get(last, {}) for t in own},
    }
