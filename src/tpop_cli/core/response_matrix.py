"""The response matrix B: how far each pole, at full strength, moves each text feature on one model.

B has shape (2A, F) in units of the features' spread. It is a property of the model, not of the person: what
somebody likes is learned on features and carried through B to the poles that produce them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ResponseMatrix:
    """B by names, so that axes and features may come and go.

    Args:
        rows: pole name -> feature name -> mean shift in spreads.
    """

    rows: Mapping[str, Mapping[str, float]]

    def matrix(self, poles: Sequence[str], features: Sequence[str]) -> npt.NDArray[np.float64]:
        """B of shape (len(poles), len(features)); zero where nothing was measured."""
        return np.array([[self.rows.get(p, {}).get(f, 0.0) for f in features] for p in poles])

    def shrunk(self, factor: float) -> ResponseMatrix:
        """All shifts times `factor`: what to believe of a model that B was not measured on."""
        return ResponseMatrix(
            {p: {f: factor * b for f, b in row.items()} for p, row in self.rows.items()}
        )


def mean_shift(shifts: npt.NDArray[np.float64], prior_scale: float = 1.0) -> Vector:
    """One row of B: the mean of n observed shifts, each shrunk towards zero by its own noise.

    A normal prior of standard deviation `prior_scale` and the observed variance s²/n give the posterior mean
    m·τ² / (τ² + s²/n): a shift that a few prompts show by chance counts for little.

    Args:
        shifts: shape (n, F), feature of the steered answer minus that of plain ones to the same prompt.

    Returns:
        shape (F,).
    """
    n = len(shifts)
    mean = shifts.mean(axis=0)
    noise = shifts.var(axis=0, ddof=1) / n if n > 1 else np.full(shifts.shape[1], np.inf)
    shrunk: Vector = mean * prior_scale**2 / (prior_scale**2 + noise)
    return shrunk


class ResponseEstimate:
    """B as duels refine it: ridge regression of feature differences on differences of pole activations.

    B minimises  Σ‖Δx − Δz·B‖² + n0·‖B − B0‖²: the measured B0 counts as n0 duels for each pole. So a model that
    answers an instruction otherwise than B0 says is soon believed, and is not explored in vain.

    Args:
        B0: shape (2A, F).
        n0: how many duels a pole's row of B0 is worth.
    """

    def __init__(self, B0: npt.NDArray[np.float64], n0: float) -> None:
        self._P = n0 * np.eye(len(B0))  # n0·I + Σ ΔzᵀΔz
        self._R = n0 * B0  # n0·B0 + Σ ΔzᵀΔx

    def observe(self, dz: Vector, dx: Vector) -> None:
        """Learn from two answers to one prompt that differ by dz (2A,) in activation and dx (F,) in features."""
        self._P += np.outer(dz, dz)
        self._R += np.outer(dz, dx)

    @property
    def B(self) -> npt.NDArray[np.float64]:
        """The estimate, shape (2A, F)."""
        found: npt.NDArray[np.float64] = np.linalg.solve(self._P, self._R).astype(np.float64)
        return found
