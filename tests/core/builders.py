"""A reward model with two axes, and picks whose winner is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from tpop_cli.core.axes import Axis, Pole
from tpop_cli.core.features import FEATURES
from tpop_cli.core.picks import Candidate, Pick, Verdict, fold
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import CURVED, AxesReward
from tpop_cli.core.taste import Taste

Array = npt.NDArray[np.float64]

TWO_AXES = (
    Axis("length", Pole("brief", "Be brief."), Pole("long", "Be long.")),
    Axis("tone", Pole("warm", "Be warm."), Pole("cold", "Be cold.")),
)
B = ResponseMatrix(
    {"brief": {"length": -2.0}, "long": {"length": 1.0}, "warm": {"exclamation marks": 2.0}}
)

N_POLES = 4
D = N_POLES + len(FEATURES) + len(CURVED)
LENGTH = N_POLES + FEATURES.index("length")
"""The index of the length of a text in a gradient feature."""

seeds = st.integers(0, 10_000)


def fresh_reward(response: ResponseMatrix = B) -> AxesReward:
    """The reward model of `TWO_AXES` before any pick."""
    return AxesReward.fresh(TWO_AXES, response)


def fresh_taste() -> Taste:
    """The taste on `TWO_AXES` before any pick."""
    return Taste.fresh(fresh_reward())


def certain_taste(gains: list[float], widths: list[float]) -> Taste:
    """A taste in which the poles have these gains, with these standard deviations.

    B is zero, so the gain of a pole is its own weight θ alone.
    """
    scale = np.ones(D)
    scale[:N_POLES] = widths
    mean = np.array([*gains, *[0.0] * (D - N_POLES)])
    posterior = Posterior(mean, np.diag(1 / scale**2))
    return Taste.fresh(fresh_reward(ResponseMatrix({})).with_posterior(posterior))


def pick(verdict: Verdict, n: int = 1) -> Pick:
    """A duel of a short answer, the exploit arm with "brief" on, and a long plain one."""
    short = Candidate("One two three. " * 2, {"length": 1.0}, 1, "stop")
    long = Candidate("One two three. " * 12, {}, 2, "stop")
    return Pick(
        id=n,
        time="2026-01-01T00:00:00+00:00",
        prompt="q",
        exploit=short,
        explore=long,
        verdict=verdict,
        left="exploit",
        predicted=0.5,
        seconds=1.0,
        source="ask",
        model="m",
        fingerprint="f",
    )


def taught(*verdicts: Verdict) -> Taste:
    """The taste after picks with these verdicts."""
    return fold(fresh_taste(), [pick(verdict, n + 1) for n, verdict in enumerate(verdicts)])


def differences(n: int, seed: int = 0) -> Array:
    """n differences of gradient features (n, D): clear in length, small in everything else."""
    d = np.random.default_rng(seed).normal(0, 0.3, (n, D))
    d[:, LENGTH] = np.random.default_rng(seed + 1).choice([-1.5, 1.5], n)
    return d


def shorter_wins(d: Array) -> float:
    """The outcome of a duel for a user who likes short answers."""
    return float(d[LENGTH] < 0)


def upper_bound(
    reward: AxesReward, strengths: dict[str, float], against: dict[str, float], nu: float
) -> float:
    """Δr + ν·√(Δfᵀ V⁻¹ Δf), from its definition with an explicit inverse."""
    d = reward.expected(strengths) - reward.expected(against)
    inverse = np.linalg.inv(reward.posterior.precision)
    return float(reward.posterior.mean @ d + nu * np.sqrt(d @ inverse @ d))
