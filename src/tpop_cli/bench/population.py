"""How the tastes of people in a crowd are spread: the numbers behind `core.reward.Priors`.

Each person has taste weights β of their own, which are drawn from the crowd's distribution,

    β_f ~ N(μ_f, τ_f²)                for each feature f
    P(chosen beats rejected) = σ(β·d)

Empirical Bayes finds μ and τ that make the picks of a crowd likely, by expectation maximization
with a Laplace approximation for each person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

_STEPS = 15
_START = 0.3  # τ before any pick, and where no pick tells of it
_WEIGHT = 3.0  # how many people that counts for


@dataclass(frozen=True)
class PersonsPicks:
    """The picks of one person, in their order.

    Args:
        name: of the person.
        differences: features of the chosen text minus those of the other one, shape (n, D).
        tie: whether none of both was chosen, shape (n,).
    """

    name: str
    differences: Matrix
    tie: npt.NDArray[np.bool_]


def fit_weights(
    differences: Matrix, tie: npt.NDArray[np.bool_], mean: Vector, scale: Vector
) -> tuple[Vector, Matrix]:
    """The most probable taste weights for some picks, and their covariance.

    Args:
        differences, tie: as in `PersonsPicks`. A tie counts as half a pick for each side.
        mean, scale: of the Gaussian prior, shape (D,) each.

    Returns:
        (weights of shape (D,), covariance of the Laplace approximation of shape (D, D)).
    """
    outcome, weight = np.where(tie, 0.5, 1.0), np.where(tie, 0.5, 1.0)
    precision, beta = 1.0 / scale**2, mean.copy()

    def loss(beta: Vector) -> float:
        u = differences @ beta
        evidence = float(np.sum(weight * (np.logaddexp(0.0, u) - outcome * u)))
        return evidence + 0.5 * float(np.sum(precision * (beta - mean) ** 2))

    def curvature(beta: Vector) -> tuple[Vector, Matrix]:
        p = 1.0 / (1.0 + np.exp(-np.clip(differences @ beta, -500.0, 500.0)))
        gradient = differences.T @ (weight * (outcome - p)) - precision * (beta - mean)
        hessian = (differences * (weight * p * (1.0 - p))[:, None]).T @ differences
        return gradient, hessian + np.diag(precision)

    least = loss(beta)
    for _ in range(50):  # Newton's method; the loss is convex, and a step that is too long is cut
        gradient, hessian = curvature(beta)
        step, length = np.linalg.solve(hessian, gradient), 1.0
        while loss(beta + length * step) > least and length > 1e-6:
            length /= 2.0
        beta = beta + length * step
        before, least = least, loss(beta)
        if before - least < 1e-9:
            break
    covariance: Matrix = np.linalg.inv(curvature(beta)[1]).astype(np.float64)
    return beta, covariance


def fit_crowd(people: Sequence[PersonsPicks]) -> tuple[Vector, Vector]:
    """μ and τ of a crowd, shape (D,) each. Features that nobody's texts differ in keep 0 and 0.3.

    Each person counts once, however many picks they made.
    """
    n_weights = people[0].differences.shape[1]
    mean, scale = np.zeros(n_weights), np.full(n_weights, _START)
    for _ in range(_STEPS):
        fitted = [fit_weights(one.differences, one.tie, mean, scale) for one in people]
        weights = np.array([beta for beta, _ in fitted])
        variances = np.array([np.diag(covariance) for _, covariance in fitted])
        mean = weights.sum(axis=0) / (len(people) + 1)  # one more person, who has no taste
        squares = np.sum((weights - mean) ** 2 + variances, axis=0)
        scale = np.sqrt((squares + _WEIGHT * _START**2) / (len(people) + _WEIGHT))
    return mean, scale


def spread_about_zero(crowds: Sequence[tuple[Vector, Vector]]) -> Vector:
    """How far a person of an unknown crowd is from having no taste: √(mean of μ² + τ²), (D,).

    What a crowd likes on average differs more between crowds than people do within one, so the mean
    of other crowds says nothing of a new person; how far they are from zero does.
    """
    squares = [mean**2 + scale**2 for mean, scale in crowds]
    spread: Vector = np.sqrt(np.mean(squares, axis=0))
    return spread
