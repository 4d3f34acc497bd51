"""The `axes` reward model: linear in pole activations and text features, and curved in length.

A response has the gradient feature f = ∇r = (z, x, q): z ∈ [0,1]^2A says how far each pole was on,
x ∈ R^F holds its text features in units of spread, and q one curved term for each of `CURVED`:

    q_j = −½·(x_j − c_j)²

The reward is linear in the weights (θ, w, u),

    r = θ·z + w·x + u·q

and BTL learns them from the differences of picked pairs (`core.posterior`). w learns from what a
text looks like, whichever poles were on; θ captures what no feature measures, such as a tone; and
u > 0 gives the reward a middle: people want an answer *a bit* shorter, not as short as can be.

The response matrix B turns strengths into expected features: one pole at full strength shifts
x by B_pole, and poles add their shifts. So the gain of a pole is

    g = θ_pole + B_pole·w + u·(q(p + B_pole) − q(p))

where p is what plain answers of the model are like, and its variance follows from the posterior.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from .axes import AMOUNTS, Axis, activation
from .features import FEATURES, SPREAD, text_features
from .posterior import Posterior
from .response_matrix import ResponseMatrix

Vector = npt.NDArray[np.float64]
Strengths = Mapping[str, float]
"""Axis name -> strength s ∈ [−1, 1]. The sign selects the pole, |s| is the amount, and an absent
axis has s = 0."""

CURVED: Mapping[str, float] = {"length": math.log1p(100)}
"""Feature with a curved term -> its raw value c where that term is highest: an answer of a hundred
words."""

_CURVED = np.array([FEATURES.index(name) for name in CURVED])
_CENTERS = np.array(list(CURVED.values())) / SPREAD[_CURVED]


def curve(x: Vector) -> Vector:
    """q = −½(x − c)² of the features of `CURVED`, given in spreads, shape (C,)."""
    q: Vector = -0.5 * np.square(x - _CENTERS)
    return q


@dataclass(frozen=True)
class Priors:
    """Prior standard deviations σ of the taste weights (1/σ² is the paper's regularization λ).

    Args:
        theta: σ of the weight θ of a built-in pole.
        theta_own: σ of the weight θ of a pole that the user added. It is wider, because B has no
            row for such a pole until it is measured, and θ alone must carry its gain.
        w: σ of the weight w of a text feature.
        w_of: σ of the weight w of features that people differ more in, by name.
        u, u_mean: σ and mean of the weight u of a curved term. The mean is positive: before any
            pick, neither extreme is expected to be best.
    """

    theta: float = 0.3
    theta_own: float = 1.0
    w: float = 0.3
    w_of: Mapping[str, float] = field(default_factory=lambda: {"length": 0.7})
    u: float = 0.3
    u_mean: float = 0.3


@dataclass(frozen=True)
class AxesReward:
    """The reward model.

    Args:
        axes: the A axes.
        B: their response matrix, shape (2A, F).
        posterior: over the weights (θ, w, u), of dimension D = 2A + F + C.
        plain: the features of `CURVED` in plain answers of the model, in spreads, shape (C,).
    """

    axes: tuple[Axis, ...]
    B: npt.NDArray[np.float64]
    posterior: Posterior
    plain: Vector = field(default_factory=_CENTERS.copy)

    @classmethod
    def fresh(
        cls, axes: Sequence[Axis], response: ResponseMatrix, priors: Priors = Priors()
    ) -> AxesReward:
        """The reward model before any pick."""
        B = response.matrix([row for axis in axes for row in axis.row_names], FEATURES)
        plain = [response.plain.get(name, c) for name, c in zip(CURVED, _CENTERS, strict=True)]
        theta = [
            priors.theta if axis.builtin else priors.theta_own for axis in axes for _ in axis.poles
        ]
        n_linear, n_curved = len(theta) + len(FEATURES), len(CURVED)
        w = [priors.w_of.get(name, priors.w) for name in FEATURES]
        scales = np.array([*theta, *w, *[priors.u] * n_curved])
        mean = np.array([*[0.0] * n_linear, *[priors.u_mean] * n_curved])
        return cls(tuple(axes), B, Posterior.prior(scales, mean), np.array(plain))

    def with_posterior(self, posterior: Posterior) -> AxesReward:
        """The same model with another posterior."""
        return replace(self, posterior=posterior)

    def split(self, f: Vector) -> tuple[Vector, Vector]:
        """The parts z (2A,) and x (F,) of a gradient feature, or of a difference of two."""
        n_poles = 2 * len(self.axes)
        return f[:n_poles], f[n_poles : n_poles + len(FEATURES)]

    def belongs_to(self, feature: str) -> npt.NDArray[np.bool_]:
        """Which components of a gradient feature come from this text feature, shape (D,)."""
        linear = [False] * (2 * len(self.axes)) + [name == feature for name in FEATURES]
        return np.array([*linear, *(name == feature for name in CURVED)])

    def z(self, strengths: Strengths) -> Vector:
        """Pole activations, shape (2A,): pole 2a is axis a's `toward`, 2a + 1 its `away`."""
        z = np.zeros(2 * len(self.axes))
        for a, axis in enumerate(self.axes):
            s = strengths.get(axis.name, 0.0)
            z[2 * a + (s < 0)] = activation(s)
        return z

    def gradient(self, strengths: Strengths, text: str) -> Vector:
        """∇r = f = (z, x, q) of an answer decoded with `strengths`, shape (D,)."""
        return self.gradient_of(strengths, text_features(text))

    def gradient_of(self, strengths: Strengths, x: Vector) -> Vector:
        """`gradient` from raw text features x of shape (F,) instead of a text."""
        scaled = x / SPREAD
        return np.concatenate([self.z(strengths), scaled, curve(scaled[_CURVED])])

    def expected(self, strengths: Strengths) -> Vector:
        """The expected f of an answer, relative to that of a plain one, shape (D,).

        The expected features are z·B: two poles add their shifts. How far answers vary about that
        is the same for all arms, so it is left out of q.
        """
        z = self.z(strengths)
        x = z @ self.B
        q = curve(self.plain + x[_CURVED]) - curve(self.plain)
        return np.concatenate([z, x, q])

    def axis_preferences(self) -> tuple[Vector, Vector]:
        """The preference on each axis and its certainty.

        The preference is half the difference of the gains of the two poles at the smallest amount:
        which way from the plain answer is better, and by how much. It is scaled to full strength.
        The certainty is the posterior probability that it has the sign of its mean.

        Returns:
            (mean preference, certainty), both of shape (A,).
        """
        least = AMOUNTS[0]
        H = np.array(
            [
                self.expected({axis.name: least}) - self.expected({axis.name: -least})
                for axis in self.axes
            ]
        ) / (2 * activation(least))  # (A, D)
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
