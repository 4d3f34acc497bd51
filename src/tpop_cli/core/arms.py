"""Which strengths the two arms of a duel get: exploit what is known of the taste, explore what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .axes import Axis
from .posterior import Posterior
from .reward import AxesReward, Strengths, Vector


@dataclass(frozen=True)
class ArmRules:
    """How arms are chosen.

    Args:
        max_axes: at most so many axes are active in an arm (m); docs/taste.md compares one and two.
        nu: exploration weight ν on the confidence width.
        sure: a pole is exploited when its mean gain is at least so many standard deviations above zero.
        least_gain: and at least this large: an effect too small to notice is not worth steering for.
    """

    max_axes: int = 2
    nu: float = 1.0
    sure: float = 0.25
    least_gain: float = 0.1


def candidates(axes: tuple[Axis, ...], max_axes: int) -> Iterator[dict[str, float]]:
    """Every set of strengths an arm may have: none, each pole at full strength, and combinations of poles."""
    poles = [(axis.name, s) for axis in axes for s in (axis.toward.full, -axis.away.full)]
    for n in range(max_axes + 1):
        for chosen in combinations(poles, n):
            if len({name for name, _ in chosen}) == n:
                yield dict(chosen)


def exploit(reward: AxesReward, rules: ArmRules = ArmRules()) -> dict[str, float]:
    """The poles that gain most, one after the other, those not yet sure left out; none if none is sure.

    A second pole counts for what it adds to the first (`AxesReward.expected`).
    """
    chosen: dict[str, float] = {}
    for _ in range(rules.max_axes):
        options = [
            {**chosen, axis.name: s}
            for axis in reward.axes
            if axis.name not in chosen
            for s in (axis.toward.full, -axis.away.full)
        ]
        if not options:
            break
        gain, width = gains_over(reward, options, chosen)
        best = int(np.argmax(np.where(gain >= rules.sure * width, gain, -np.inf)))
        if gain[best] < max(rules.least_gain, rules.sure * width[best]):
            break
        chosen = options[best]
    return chosen


def gains_over(reward: AxesReward, options: Sequence[Strengths], against: Strengths) -> tuple[Vector, Vector]:
    """Expected Δr of each of n options against `against`, and its confidence width ‖Δf‖ in V⁻¹, shapes (n,)."""
    difference = np.array([reward.expected(s) for s in options]) - reward.expected(against)  # (n, D)
    width = np.sqrt(np.einsum("nd,dn->n", difference, reward.posterior.solve(difference.T)).clip(0.0))
    return difference @ reward.posterior.mean, width


def explore_ucb(reward: AxesReward, against: Strengths, rules: ArmRules = ArmRules()) -> dict[str, float]:
    """The paper's rule on this reward: maximise  Δr + ν·‖Δ∇r‖_{V⁻¹}  against the exploit arm's strengths."""
    options = list(candidates(reward.axes, rules.max_axes))
    gain, width = gains_over(reward, options, against)
    return options[int(np.argmax(gain + rules.nu * width))]


def sample(reward: AxesReward, rng: np.random.Generator, rules: ArmRules = ArmRules()) -> dict[str, float]:
    """Thompson sampling: the best strengths for one draw of the taste weights from the posterior."""
    draw = sample_weights(reward.posterior, rng)
    options = list(candidates(reward.axes, rules.max_axes))
    values = np.array([reward.expected(s) for s in options]) @ draw
    return options[int(np.argmax(values))]


def sample_weights(posterior: Posterior, rng: np.random.Generator) -> Vector:
    """One draw from N(mean, V⁻¹), shape (D,)."""
    lower = np.linalg.cholesky(posterior.precision)  # V = L·Lᵀ, so L⁻ᵀ·ε has covariance V⁻¹
    return posterior.mean + np.linalg.solve(lower.T, rng.standard_normal(len(posterior.mean)))
