"""Choosing the strengths of the two arms of a duel: the exploit arm and the explore arm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from .axes import AMOUNTS, Axis
from .posterior import Posterior
from .reward import AxesReward, Strengths, Vector
from .taste import Taste

NOTHING: Strengths = MappingProxyType({})
"""What a user has said who has said nothing."""


@dataclass(frozen=True)
class ArmRules:
    """How the strengths of both arms are chosen.

    A pole's z-score is its mean gain divided by the standard deviation of that gain.

    Args:
        max_axes: maximum number of axes active in the exploit arm. The explore arm tries one pole
            at a time.
        nu: exploration weight ν of the confidence width.
        min_z: minimum z-score of the first pole to exploit.
        min_z_second: minimum z-score of each further pole.
        min_z_unproven: minimum z-score of every pole while the reward model predicts picks no
            better than chance.
        burn_in: number of picks before `min_z_unproven` can apply.
        min_gain: minimum mean gain of a pole to exploit; a smaller effect is not noticeable.
        amounts: the |s| that arms try.
        span: number of duels in which a pole of the exploit arm may be on together with other
            differences, before a duel is about that pole alone (`core.causes`); 0: any number.
        said: what the user said (`core.said`): the strengths that every arm has. Both arms are
            chosen over the other axes alone. An axis of strength 0 is left alone by both.
    """

    max_axes: int = 2
    nu: float = 1.0
    min_z: float = 0.25
    min_z_second: float = 1.0
    min_z_unproven: float = 2.0
    burn_in: int = 16
    min_gain: float = 0.1
    amounts: tuple[float, ...] = AMOUNTS
    span: int = 3
    said: Strengths = field(default_factory=dict)


def explore_options(
    axes: Sequence[Axis], amounts: Sequence[float] = AMOUNTS, said: Strengths = NOTHING
) -> list[dict[str, float]]:
    """The strengths the explore arm chooses from: none, and each single pole in each amount.

    All of them have what the user said (`ArmRules.said`), and no other pole of the same axes.

    Pairs of poles are left out: there are hundreds, and in measurements they taught no more than
    their poles did (docs/taste.md).
    """
    fixed = _fixed(said)
    return [fixed, *({**fixed, name: s} for name, s in _pole_amounts(axes, amounts, said))]


def _fixed(said: Strengths) -> dict[str, float]:
    """The strengths of every arm."""
    return {name: s for name, s in said.items() if s}


def _pole_amounts(
    axes: Sequence[Axis], amounts: Sequence[float], said: Strengths
) -> list[tuple[str, float]]:
    """Every pole in each amount, as (axis name, s), of the axes that the user said nothing of."""
    free = [axis.name for axis in axes if axis.name not in said]
    return [(name, s) for name in free for a in amounts for s in (a, -a)]


def exploit(taste: Taste, rules: ArmRules = ArmRules()) -> dict[str, float]:
    """Arm 1: the strengths of the highest mean reward among poles that are certain enough.

    Poles are added greedily to what the user said, each in the amount that gains most over those
    already chosen. If no pole qualifies, the result is what was said, or empty.
    """
    reward, chosen = taste.reward, _fixed(rules.said)
    unproven = taste.n >= rules.burn_in and taste.log_bayes_factor <= 0
    poles = _pole_amounts(reward.axes, rules.amounts, rules.said)
    for n in range(rules.max_axes):
        options = [{**chosen, name: s} for name, s in poles if name not in chosen]
        if not options:
            break
        min_z = rules.min_z_unproven if unproven else rules.min_z_second if n else rules.min_z
        gain, width = gains_over(reward, options, chosen)
        best = int(np.argmax(np.where(gain >= min_z * width, gain, -np.inf)))
        if gain[best] < max(rules.min_gain, min_z * width[best]):
            break
        chosen = options[best]
    return chosen


def gains_over(
    reward: AxesReward, options: Sequence[Strengths], against: Strengths
) -> tuple[Vector, Vector]:
    """The expected gain Δr of n options over `against`, and its confidence width ‖Δf‖ in V⁻¹.

    Returns:
        (Δr, width), both of shape (n,).
    """
    expected = np.array([reward.expected(s) for s in options])  # (n, D)
    difference = expected - reward.expected(against)  # Δf, (n, D)
    solved = reward.posterior.solve(difference.T)  # V⁻¹Δf, (D, n)
    width = np.sqrt(np.einsum("nd,dn->n", difference, solved).clip(0.0))  # √(Δfᵀ V⁻¹ Δf)
    return difference @ reward.posterior.mean, width


def explore_ucb(
    reward: AxesReward, against: Strengths, rules: ArmRules = ArmRules()
) -> dict[str, float]:
    """Arm 2: argmax of `optimistic_gains` over `explore_options`, given the exploit arm."""
    options = explore_options(reward.axes, rules.amounts, rules.said)
    return options[int(np.argmax(optimistic_gains(reward, against, rules)))]


def optimistic_gains(
    reward: AxesReward, against: Strengths, rules: ArmRules = ArmRules()
) -> Vector:
    """Δr + ν·‖Δ∇r‖_{V⁻¹} of each of `explore_options` against the exploit arm, in their order.

    This is the paper's rule for arm 2 (arXiv 2509.24696), applied once a response instead of once
    a token. With a linear reward ∇r is the feature vector f, and r(against) is the same for every
    option, so Δr has the same argmax as r.
    """
    options = explore_options(reward.axes, rules.amounts, rules.said)
    gain, width = gains_over(reward, options, against)
    bounds: Vector = gain + rules.nu * width
    return bounds


def sample(
    reward: AxesReward, rng: np.random.Generator, said: Strengths = NOTHING
) -> dict[str, float]:
    """Thompson sampling: the best candidate under one posterior draw of the taste weights."""
    weights = sample_weights(reward.posterior, rng)
    options = explore_options(reward.axes, said=said)
    values = np.array([reward.expected(s) for s in options]) @ weights
    return options[int(np.argmax(values))]


def sample_weights(posterior: Posterior, rng: np.random.Generator) -> Vector:
    """One draw from N(mean, V⁻¹), shape (D,)."""
    lower = np.linalg.cholesky(posterior.precision)  # V = L·Lᵀ, so L⁻ᵀ·ε has covariance V⁻¹
    return posterior.mean + np.linalg.solve(lower.T, rng.standard_normal(len(posterior.mean)))
