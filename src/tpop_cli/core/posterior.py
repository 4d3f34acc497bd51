"""The Bradley-Terry-Luce likelihood and the Gaussian (Laplace) posterior over the taste weights.

A duel of two responses with features f1 and f2 has the difference d = f1 − f2. With β for all taste
weights ((θ, w, u) in `core.reward`), BTL says

    P(1 beats 2) = σ(β·d)                                          (arXiv 2509.24696, eq. 1)

The posterior over β is a Gaussian with mean μ and precision V. Each pick, with outcome p and weight
c, updates it by one Laplace step:

    μ' = argmax_β  c·[p·log σ(β·d) + (1 − p)·log σ(−β·d)] − ½(β − μ)ᵀV(β − μ)
    V' = V + c·σ(μ'·d)·(1 − σ(μ'·d))·d·dᵀ

The maximiser lies on the line μ + t·V⁻¹d, so the step is a search in one dimension. V is stored and
never its inverse: repeated rank-one updates of an inverse drift, a sum of outer products does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]


def sigmoid(u: float) -> float:
    """The logistic function σ, without overflow for any finite u.

    >>> sigmoid(0.0), sigmoid(-1000.0), sigmoid(1000.0)
    (0.5, 0.0, 1.0)
    """
    if u >= 0:
        return float(1.0 / (1.0 + np.exp(-min(u, 700.0))))
    e = float(np.exp(max(u, -745.0)))
    return e / (1.0 + e) if e > 5e-324 else 0.0


@dataclass(frozen=True)
class Posterior:
    """A Gaussian over the taste weights.

    Args:
        mean: μ, shape (D,).
        precision: V, shape (D, D), symmetric positive definite.
    """

    mean: Vector
    precision: Matrix

    @classmethod
    def prior(cls, scales: Vector, mean: Vector | None = None) -> Posterior:
        """The state before any pick: independent weights.

        Args:
            scales: their standard deviations, shape (D,); 1/scale² is the paper's regularization λ,
                here one for each weight.
            mean: their means, shape (D,); None: zero.
        """
        start = np.zeros(len(scales)) if mean is None else mean
        return cls(start, np.diag(1.0 / np.square(scales)))

    def solve(self, d: Vector) -> Vector:
        """V⁻¹d, for d of shape (D,) or (D, n)."""
        solved: Vector = np.linalg.solve(self.precision, d).astype(np.float64)
        return solved

    def width(self, d: Vector) -> float:
        """The confidence width ‖d‖ in V⁻¹: the standard deviation of β·d."""
        return float(np.sqrt(max(0.0, float(d @ self.solve(d)))))

    def predict(self, d: Vector) -> float:
        """P(1 beats 2), with the weights integrated out.

        Uses the probit approximation σ(μ·d / √(1 + π·width²/8)) (MacKay 1992), so a pair about
        which the picks say little is predicted near one half.
        """
        mean, width = float(self.mean @ d), self.width(d)  # of β·d
        return sigmoid(mean / np.sqrt(1.0 + np.pi * width**2 / 8.0))

    def update(self, d: Vector, outcome: float, weight: float = 1.0) -> Posterior:
        """The posterior after one more pick.

        Args:
            d: feature difference f1 − f2, shape (D,).
            outcome: p, 1 if candidate 1 was picked, 0 if candidate 2, ½ for a tie.
            weight: c, the amount of evidence in units of one clear pick.

        Returns:
            A new posterior; `self` is unchanged.
        """
        v_inv_d = self.solve(d)
        mean, var = float(self.mean @ d), float(d @ v_inv_d)  # of β·d
        # At β = μ + t·V⁻¹d the gradient vanishes where t = c·(p − σ(mean + t·var)). The left side
        # minus the right increases in t, and |t| ≤ c, so bisection always finds the root.
        low, high = -weight, weight
        for _ in range(60):
            t = 0.5 * (low + high)
            if t < weight * (outcome - sigmoid(mean + t * var)):
                low = t
            else:
                high = t
        t = 0.5 * (low + high)
        p = sigmoid(mean + t * var)  # σ(μ'·d)
        return Posterior(
            self.mean + t * v_inv_d, self.precision + weight * p * (1.0 - p) * np.outer(d, d)
        )
