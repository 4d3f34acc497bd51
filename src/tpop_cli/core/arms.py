"""Which strengths the two arms of a duel get: exploit what is known of the taste, explore what is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .axes import Axis
from .posterior import Posterior
from .reward import AxesReward, Strengths, Vector
from .taste import Taste


@dataclass(frozen=True)
class ArmRules:
    """How arms are chosen.

    Args:
        max_axes: at most so many axes are active in the exploit arm (m); the explore arm tries one at a time.
        nu: exploration weight ν on the confidence width.
        min_z: a pole is exploited when its mean gain is at least so many standard deviations above zero.
        min_z_second: the same for a second pole.
        min_z_unproven: the same for any, while the picks look like a coin's.
        burn_in: only after so many picks can they look so.
        min_gain: and at least this large: an effect too small to notice is not worth steering for.
    """

    max_axes: int = 2
    nu: float = 1.0
    min_z: float = 0.25
    min_z_second: float = 1.0
    min_z_unproven: float = 2.0
    burn_in: int = 16
    min_gain: float = 0.1


def candidates(axes: Sequence[Axis]) -> list[dict[str, float]]:
    """The strengths that are tried to learn from: none, and each pole at full strength.

    One pole at a time: pairs are hundreds, and taught no more than their poles do (docs/taste.md).
    """
    return [{}, *({name: s} for name, s in _full_poles(axes))]


def _full_poles(axes: Sequence[Axis]) -> list[tuple[str, float]]:
    """Every pole at full strength, as its axis's name and s."""
    return [(axis.name, s) for axis in axes for s in (axis.toward.full, -axis.away.full)]


def exploit(taste: Taste, rules: ArmRules = ArmRules()) -> dict[str, float]:
    """The poles that gain most, one after the other, those not yet sure left out; none if none is sure.

    A second pole counts for what it adds to the first (`AxesReward.expected`). Where the picks have not been told
    better than a coin tells them, there may be no taste to serve: then a pole must be quite sure.
    """
    reward, chosen = taste.reward, dict[str, float]()
    doubtful = taste.n >= rules.burn_in and taste.log_bayes_factor <= 0
    for n in range(rules.max_axes):
        options = [
            {**chosen, name: s} for name, s in _full_poles(reward.axes) if name not in chosen
        ]
        if not options:
            break
        sure = rules.min_z_unproven if doubtful else rules.min_z_second if n else rules.min_z
        gain, width = gains_over(reward, options, chosen)
        best = int(np.argmax(np.where(gain >= sure * width, gain, -np.inf)))
        if gain[best] < max(rules.min_gain, sure * width[best]):
            break
        chosen = options[best]
    return chosen


def gains_over(
    reward: AxesReward, options: Sequence[Strengths], against: Strengths
) -> tuple[Vector, Vector]:
    """Expected Δr of each of n options against `against`, and its confidence width ‖Δf‖ in V⁻¹, shapes (n,)."""
    difference = np.array([reward.expected(s) for s in options]) - reward.expected(
        against
    )  # (n, D)
    width = np.sqrt(
        np.einsum("nd,dn->n", difference, reward.posterior.solve(difference.T)).clip(0.0)
    )
    return difference @ reward.posterior.mean, width


def explore_ucb(
    reward: AxesReward, against: Strengths, rules: ArmRules = ArmRules()
) -> dict[str, float]:
    """The paper's rule on this reward: the candidate of the highest `upper_bounds` against the exploit arm."""
    return candidates(reward.axes)[int(np.argmax(upper_bounds(reward, against, rules)))]


def upper_bounds(reward: AxesReward, against: Strengths, rules: ArmRules = ArmRules()) -> Vector:
    """Δr + ν·‖Δ∇r‖_{V⁻¹} of each candidate against the exploit arm's strengths, in the order of `candidates`."""
    gain, width = gains_over(reward, candidates(reward.axes), against)
    found: Vector = gain + rules.nu * width
    return found


def sample(reward: AxesReward, rng: np.random.Generator) -> dict[str, float]:
    """Thompson sampling: the best strengths for one draw of the taste weights from the posterior."""
    draw = sample_weights(reward.posterior, rng)
    options = candidates(reward.axes)
    values = np.array([reward.expected(s) for s in options]) @ draw
    return options[int(np.argmax(values))]


def sample_weights(posterior: Posterior, rng: np.random.Generator) -> Vector:
    """One draw from N(mean, V⁻¹), shape (D,)."""
    lower = np.linalg.cholesky(posterior.precision)  # V = L·Lᵀ, so L⁻ᵀ·ε has covariance V⁻¹
    return posterior.mean + np.linalg.solve(lower.T, rng.standard_normal(len(posterior.mean)))
