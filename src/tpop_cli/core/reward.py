"""The `axes` reward model: a linear reward on pole activations and text features.

A response has the gradient feature f = ∇r = (z, x): z ∈ [0,1]^2A says how far each pole was on, and
x ∈ R^F holds its text features in units of spread. The reward is

    r = θ·z + w·x

and BTL learns (θ, w) from the differences of picked pairs (`core.posterior`). w learns from what a
text looks like, whichever poles were on; θ captures what no feature measures (humour, warmth).

The response matrix B turns strengths into expected features: one pole at full strength gives
x = B_pole, so the gain of a pole is

    g = θ_pole + B_pole·w

and its variance follows from the posterior.
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
"""Axis name -> strength s. The sign selects the pole, |s| = `Pole.full` turns it fully on, and an
absent axis has s = 0."""


@dataclass(frozen=True)
class Priors:
    """Prior standard deviations σ of the taste weights (1/σ² is the paper's regularization λ).

    Args:
        theta: σ of the weight θ of a built-in pole.
        theta_own: σ of the weight θ of a pole that the user added. It is wider, because B has no
            row for such a pole and θ alone must carry its gain.
        w: σ of the weight w of a text feature.
    """

    theta: float = 0.3
    theta_own: float = 1.0
    w: float = 1.0


@dataclass(frozen=True)
class AxesReward:
    """The reward model.

    Args:
        axes: the A axes.
        B: their response matrix, shape (2A, F).
        posterior: over the weights (θ, w), of dimension D = 2A + F.
    """

    axes: tuple[Axis, ...]
    B: npt.NDArray[np.float64]
    posterior: Posterior

    @classmethod
    def fresh(
        cls, axes: Sequence[Axis], response: ResponseMatrix, priors: Priors = Priors()
    ) -> AxesReward:
        """The reward model before any pick."""
        poles = [pole.name for axis in axes for pole in axis.poles]
        B = response.matrix(poles, FEATURES)
        theta = [
            priors.theta if axis.builtin else priors.theta_own for axis in axes for _ in axis.poles
        ]
        scales = np.array([*theta, *[priors.w] * len(FEATURES)])
        return cls(tuple(axes), B, Posterior.prior(scales))

    def with_posterior(self, posterior: Posterior) -> AxesReward:
        """The same model with another posterior."""
        return replace(self, posterior=posterior)

    def split(self, f: Vector) -> tuple[Vector, Vector]:
        """Split a gradient feature, or a difference of two, into z (2A,) and x (F,)."""
        return f[: 2 * len(self.axes)], f[2 * len(self.axes) :]

    def z(self, strengths: Strengths) -> Vector:
        """Pole activations, shape (2A,): pole 2a is axis a's `toward`, 2a + 1 its `away`."""
        z = np.zeros(2 * len(self.axes))
        for a, axis in enumerate(self.axes):
            s = strengths.get(axis.name, 0.0)
            z[2 * a + (s < 0)] = min(1.0, abs(s) / axis.poles[s < 0].full)
        return z

    def gradient(self, strengths: Strengths, text: str) -> Vector:
        """∇r = f = (z, x) of an answer decoded with `strengths`, shape (D,)."""
        return self.gradient_of(strengths, text_features(text))

    def gradient_of(self, strengths: Strengths, x: Vector) -> Vector:
        """`gradient` from raw text features x of shape (F,) instead of a text."""
        return np.concatenate([self.z(strengths), x / SPREAD])

    def expected(self, strengths: Strengths) -> Vector:
        """The expected f = (z, x) of an answer, relative to a plain one, shape (D,).

        For one pole x = z·B. Two poles that move a feature the same way are expected to move it as
        far as the stronger of them does, because two requests for brevity are not twice as brief.
        Two poles that move it in opposite directions add up.
        """
        z = self.z(strengths)
        shifts = z[z > 0, None] * self.B[z > 0]  # (poles that are on, F)
        x = shifts.max(axis=0, initial=0.0) + shifts.min(axis=0, initial=0.0)
        return np.concatenate([z, x])

    def axis_preferences(self) -> tuple[Vector, Vector]:
        """The preference on each axis and its certainty.

        The preference is half the difference of the gains g = θ + B·w of the two poles: what moving
        from the middle of the axis to the better pole is worth. The certainty is the posterior
        probability that it has the sign of its mean.

        Returns:
            (mean preference, certainty), both of shape (A,).
        """
        G = np.hstack([np.eye(len(self.B)), self.B])  # g = G·(θ, w), (2A, D)
        H = (G[0::2] - G[1::2]) / 2  # (A, D)
        mean = H @ self.posterior.mean
        variance = np.einsum("ad,da->a", H, self.posterior.solve(H.T))  # diagonal of H·V⁻¹·Hᵀ
        ratio = np.abs(mean) / np.sqrt(np.maximum(variance, 1e-12))
        # The standard normal distribution function Φ of each ratio.
        certainty = np.array([0.5 * (1.0 + math.erf(r / math.sqrt(2.0))) for r in ratio])
        return mean, certainty

    def predict(self, difference: Vector) -> float:
        """P(first is picked) for the difference f1 − f2 of two gradient features, shape (D,)."""
        return self.posterior.predict(difference)

    def learn(self, difference: Vector, outcome: float, weight: float = 1.0) -> AxesReward:
        """The model after one more pick; arguments as in `Posterior.update`."""
        return self.with_posterior(self.posterior.update(difference, outcome, weight))
