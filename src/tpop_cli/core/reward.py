"""The `axes` reward model: what is liked is learned on strengths and text features, joined by B.

A response has the gradient feature f = (z, x): z ∈ [0,1]^2A, how strongly each pole was on, and x ∈ R^F, its
text features in units of spread. The reward is r = θ·z + w·x, and BTL learns (θ, w) from differences. Features
see what a text is; θ can hold what no feature sees (humour, warmth). An arm that has one pole on is expected to
show x = B_pole, so the gain of a pole is g = θ_pole + B_pole·w, and its uncertainty follows from V.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .axes import Axis
from .features import FEATURES, SPREAD, text_features
from .posterior import Posterior
from .response_matrix import ResponseMatrix

Vector = npt.NDArray[np.float64]
Strengths = Mapping[str, float]
"""Axis name -> strength s; the sign picks the pole, |s| = `Pole.full` has it fully on. Absent is 0."""


@dataclass(frozen=True)
class Priors:
    """Standard deviations of the taste weights before any pick (1/σ² is the regularization λ).

    Args:
        theta: of a pole's own weight θ.
        theta_own: of the θ of poles that the user added: no row of B speaks for them, so θ must.
        w: of a text feature's weight w.
    """

    theta: float = 0.3
    theta_own: float = 1.0
    w: float = 1.0


@dataclass(frozen=True)
class AxesReward:
    """The reward model: A axes, B for them, and the posterior over (θ, w), of dimension D = 2A + F."""

    axes: tuple[Axis, ...]
    B: npt.NDArray[np.float64]
    posterior: Posterior

    @classmethod
    def fresh(
        cls, axes: Sequence[Axis], response: ResponseMatrix, priors: Priors = Priors()
    ) -> AxesReward:
        """A reward model that has seen no pick."""
        poles = [pole.name for axis in axes for pole in axis.poles]
        B = response.matrix(poles, FEATURES)
        theta = [
            priors.theta if axis.builtin else priors.theta_own for axis in axes for _ in axis.poles
        ]
        scales = np.array([*theta, *[priors.w] * len(FEATURES)])
        return cls(tuple(axes), B, Posterior.prior(scales))

    def with_posterior(self, posterior: Posterior) -> AxesReward:
        """The same model in another state of knowledge."""
        return replace(self, posterior=posterior)

    def split(self, f: Vector) -> tuple[Vector, Vector]:
        """A gradient feature (or a difference of two) taken apart into z (2A,) and x (F,)."""
        return f[: 2 * len(self.axes)], f[2 * len(self.axes) :]

    def z(self, strengths: Strengths) -> Vector:
        """Pole activations, shape (2A,): pole 2a is axis a's `toward`, 2a + 1 its `away`."""
        z = np.zeros(2 * len(self.axes))
        for a, axis in enumerate(self.axes):
            s = strengths.get(axis.name, 0.0)
            z[2 * a + (s < 0)] = min(1.0, abs(s) / axis.poles[s < 0].full)
        return z

    def gradient(self, strengths: Strengths, text: str) -> Vector:
        """The gradient feature ∇r = f = (z, x) of an answer that was decoded with `strengths`, shape (D,)."""
        return self.gradient_of(strengths, text_features(text))

    def gradient_of(self, strengths: Strengths, x: Vector) -> Vector:
        """The same, from the text's features as they are measured, shape (F,)."""
        return np.concatenate([self.z(strengths), x / SPREAD])

    def expected(self, strengths: Strengths) -> Vector:
        """The gradient feature (z, x) to expect before decoding, relative to a plain answer, shape (D,).

        For one pole x = z·B. Two poles that move a feature the same way move it no further than the stronger of
        them does (two calls for brevity are not twice as brief), so the second pole is worth what it adds.
        """
        z = self.z(strengths)
        shifts = z[z > 0, None] * self.B[z > 0]  # (poles that are on, F)
        x = shifts.max(axis=0, initial=0.0) + shifts.min(axis=0, initial=0.0)
        return np.concatenate([z, x])

    def axis_preferences(self) -> tuple[Vector, Vector]:
        """For each axis half the difference of its poles' gains, and P(it has its sign); shapes (A,).

        The gain of a pole is g = θ + B·w. Half, since this is what leaving the middle for the better pole is worth.
        """
        G = np.hstack([np.eye(len(self.B)), self.B])
        H = (G[0::2] - G[1::2]) / 2  # (A, D)
        mean = H @ self.posterior.mean
        variance = np.einsum("ad,da->a", H, self.posterior.solve(H.T))
        ratio = np.abs(mean) / np.sqrt(np.maximum(variance, 1e-12))
        certainty = np.array([0.5 * (1.0 + math.erf(r / math.sqrt(2.0))) for r in ratio])
        return mean, certainty

    def predict(self, difference: Vector) -> float:
        """P(first is picked) for a difference of two gradient features, shape (D,)."""
        return self.posterior.predict(difference)

    def learn(self, difference: Vector, outcome: float, weight: float = 1.0) -> AxesReward:
        """The model after a pick; arguments as in `Posterior.update`."""
        return self.with_posterior(self.posterior.update(difference, outcome, weight))
