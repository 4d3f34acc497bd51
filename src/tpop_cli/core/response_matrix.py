"""The response matrix B: how far each pole at full strength moves each text feature on one model.

B has shape (2A, F), in units of the features' spread. It belongs to the model, not to the user: the
reward model learns which features a user likes, and B translates that into poles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ResponseMatrix:
    """B with named rows and columns, so that axes and features can be added and removed.

    Args:
        rows: name of a pole's row (`Axis.row_names`) -> feature name -> mean shift in spreads.
        plain: feature name -> its mean in plain answers of the model, in spreads; empty if that was
            not measured.
    """

    rows: Mapping[str, Mapping[str, float]]
    plain: Mapping[str, float] = field(default_factory=dict)

    def matrix(self, rows: Sequence[str], features: Sequence[str]) -> Matrix:
        """B of shape (len(rows), len(features)); zero where nothing was measured."""
        return np.array([[self.rows.get(r, {}).get(f, 0.0) for f in features] for r in rows])

    def shrunk(self, factor: float) -> ResponseMatrix:
        """All shifts times `factor`: an estimate for a model on which B was not measured."""
        rows = {p: {f: factor * b for f, b in row.items()} for p, row in self.rows.items()}
        return replace(self, rows=rows, plain={})


def mean_shift(shifts: Matrix, prior_scale: float = 1.0) -> Vector:
    """One row of B: the posterior mean of n observed shifts.

    With a normal prior of standard deviation τ and observed mean m and variance s², this is
    m·τ² / (τ² + s²/n). It shrinks a shift towards zero by its own noise, so that a shift which few
    prompts show by chance counts little. A single observation has no variance and gives zero.

    Args:
        shifts: feature of the steered answer minus that of plain ones to the same prompt, (n, F).
        prior_scale: τ.

    Returns:
        shape (F,).
    """
    n = len(shifts)
    mean = shifts.mean(axis=0)
    noise = shifts.var(axis=0, ddof=1) / n if n > 1 else np.full(shifts.shape[1], np.inf)
    shrunk: Vector = mean * prior_scale**2 / (prior_scale**2 + noise)
    return shrunk


class ResponseEstimate:
    """B as duels refine it: ridge regression of feature differences on activation differences.

    B minimises  Σ‖Δx − Δz·B‖² + Σ_p n0_p·‖B_p − B0_p‖²: row p of the measured B0 counts as n0_p
    duels. If the model responds to an instruction differently than B0 says, few duels correct the
    estimate, and the pole is not explored in vain. Two poles that are on in one answer are taken to
    add their shifts, as in `core.reward.AxesReward.expected`.

    Args:
        B0: shape (2A, F).
        n0: how many duels each row of B0 is worth, shape (2A,); positive.
    """

    def __init__(self, B0: Matrix, n0: Vector) -> None:
        self._P = np.diag(n0)  # diag(n0) + Σ ΔzᵀΔz
        self._R = n0[:, None] * B0  # diag(n0)·B0 + Σ ΔzᵀΔx

    def copy(self) -> ResponseEstimate:
        """An estimate that learns on its own from now on."""
        copied = ResponseEstimate.__new__(ResponseEstimate)
        copied._P, copied._R = self._P.copy(), self._R.copy()
        return copied

    def observe(self, dz: Vector, dx: Vector) -> None:
        """Learn from two answers to one prompt.

        Args:
            dz: difference of their pole activations Δz, (2A,).
            dx: difference of their features Δx in spreads, (F,).
        """
        self._P += np.outer(dz, dz)
        self._R += np.outer(dz, dx)

    @property
    def B(self) -> Matrix:
        """The estimate, shape (2A, F)."""
        estimate: Matrix = np.linalg.solve(self._P, self._R).astype(np.float64)
        return estimate
