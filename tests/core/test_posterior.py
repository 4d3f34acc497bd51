"""The Bradley-Terry-Luce likelihood and the Laplace posterior."""

from __future__ import annotations

import math
import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tpop_cli.core.posterior import Posterior, sigmoid

from .builders import seeds

Array = npt.NDArray[np.float64]

D = 4
outcomes = st.sampled_from([0.0, 0.5, 1.0])


def random_posterior(seed: int) -> Posterior:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(D, D))
    return Posterior(rng.normal(size=D), A @ A.T + 0.5 * np.eye(D))


def random_difference(seed: int) -> Array:
    return np.random.default_rng(seed + 1).normal(size=D)


# -- the logistic function -------------------------------------------------------------


@given(st.floats(-700, 700))
def test_the_logistic_function(u: float) -> None:
    assert sigmoid(u) == pytest.approx(1 / (1 + math.exp(-u)), rel=1e-12)
    assert sigmoid(u) + sigmoid(-u) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("u", "value"), [(0.0, 0.5), (1e6, 1.0), (-1e6, 0.0), (-746.0, 0.0), (710.0, 1.0)]
)
def test_the_logistic_function_does_not_overflow(u: float, value: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sigmoid(u) == value


# -- prior and prediction --------------------------------------------------------------


def test_the_prior_has_the_given_scales() -> None:
    prior = Posterior.prior(np.array([0.5, 2.0]))
    assert prior.mean.tolist() == [0.0, 0.0]
    assert prior.precision.tolist() == [[4.0, 0.0], [0.0, 0.25]]
    assert prior.width(np.array([1.0, 0.0])) == pytest.approx(0.5)
    assert prior.width(np.array([3.0, 4.0])) == pytest.approx(math.hypot(1.5, 8.0))


@given(seeds, st.floats(0.2, 5.0))
def test_a_prediction_is_mackays_approximation(seed: int, scale: float) -> None:
    posterior, d = random_posterior(seed), random_difference(seed) * scale
    variance = d @ np.linalg.inv(posterior.precision) @ d
    expected = sigmoid(float(posterior.mean @ d) / math.sqrt(1 + math.pi * variance / 8))
    assert posterior.predict(d) == pytest.approx(expected, rel=1e-9)


@settings(deadline=None)
@given(st.floats(-4, 4), st.floats(0.1, 4.0))
def test_a_prediction_is_close_to_the_integral_over_the_weights(mean: float, scale: float) -> None:
    """∫ σ(u)·N(u; mean, scale²) du by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    integral = sum(
        w * sigmoid(mean + scale * x) for x, w in zip(nodes, weights, strict=True)
    ) / math.sqrt(2 * math.pi)
    posterior = Posterior(np.array([mean]), np.array([[1 / scale**2]]))
    assert posterior.predict(np.array([1.0])) == pytest.approx(integral, abs=0.02)


def test_an_uncertain_prediction_is_closer_to_one_half() -> None:
    d = np.array([1.0, 0, 0, 0])
    mean = np.array([2.0, 0, 0, 0])
    certain, uncertain = Posterior(mean, 100 * np.eye(D)), Posterior(mean, 0.1 * np.eye(D))
    assert 0.5 < uncertain.predict(d) < certain.predict(d)


# -- one update ------------------------------------------------------------------------


def negative_log_posterior(
    theta: Array, prior: Posterior, d: Array, p: float, weight: float
) -> float:
    delta = theta - prior.mean
    u = float(theta @ d)
    log_likelihood = -p * np.logaddexp(0, -u) - (1 - p) * np.logaddexp(0, u)
    return float(0.5 * delta @ prior.precision @ delta - weight * log_likelihood)


@given(seeds, outcomes, st.floats(0.05, 2.0))
def test_the_new_mean_minimises_the_objective(seed: int, outcome: float, weight: float) -> None:
    prior, d = random_posterior(seed), 2 * random_difference(seed)
    after = prior.update(d, outcome, weight)
    best = negative_log_posterior(after.mean, prior, d, outcome, weight)
    for step in np.vstack([np.eye(D), -np.eye(D)]) * 1e-4:
        moved = negative_log_posterior(after.mean + step, prior, d, outcome, weight)
        assert moved >= best - 1e-9


@given(seeds, outcomes)
def test_the_new_precision_is_the_hessian_at_the_new_mean(seed: int, outcome: float) -> None:
    prior, d = random_posterior(seed), random_difference(seed)
    after = prior.update(d, outcome)
    p = sigmoid(float(after.mean @ d))
    expected = prior.precision + p * (1 - p) * np.outer(d, d)
    np.testing.assert_allclose(after.precision, expected, rtol=1e-9)


@given(seeds, outcomes)
def test_swapping_the_candidates_and_the_outcome_teaches_the_same(
    seed: int, outcome: float
) -> None:
    prior, d = random_posterior(seed), random_difference(seed)
    a, b = prior.update(d, outcome), prior.update(-d, 1 - outcome)
    np.testing.assert_allclose(a.mean, b.mean, atol=1e-9)
    np.testing.assert_allclose(a.precision, b.precision, atol=1e-9)


def test_a_tie_of_a_pair_predicted_even_changes_only_the_certainty() -> None:
    prior = Posterior.prior(np.ones(D))
    d = np.array([1.0, 0, 0, 0])
    after = prior.update(d, 0.5, 0.5)
    np.testing.assert_allclose(after.mean, 0, atol=1e-12)
    assert after.width(d) < prior.width(d)


# -- many updates ----------------------------------------------------------------------


@given(st.lists(st.tuples(seeds, outcomes), max_size=30))
@settings(max_examples=25)
def test_the_precision_stays_symmetric_positive_definite_and_only_grows(
    picks: list[tuple[int, float]],
) -> None:
    posterior = Posterior.prior(np.full(D, 0.7))
    for seed, outcome in picks:
        before = posterior
        posterior = posterior.update(np.random.default_rng(seed).normal(size=D) * 3, outcome)
        assert np.isfinite(posterior.mean).all()
        assert (posterior.precision == posterior.precision.T).all()
        assert np.linalg.eigvalsh(posterior.precision - before.precision).min() > -1e-9
    # V·V⁻¹ = I, with a prior that is not the identity.
    product = posterior.precision @ posterior.solve(np.eye(D))
    np.testing.assert_allclose(product, np.eye(D), atol=1e-8)


def test_contradicting_picks_keep_the_prediction_near_one_half() -> None:
    posterior, d = Posterior.prior(np.ones(D)), np.array([1.0, -1, 0.5, 0])
    for i in range(200):
        posterior = posterior.update(d, float(i % 2))
    assert abs(posterior.predict(d) - 0.5) < 0.05


def test_true_weights_are_recovered_from_simulated_picks() -> None:
    rng = np.random.default_rng(0)
    theta = np.array([1.0, -2.0, 0.0, 0.5])
    posterior = Posterior.prior(np.ones(D))
    for _ in range(400):
        d = rng.normal(size=D)
        posterior = posterior.update(d, float(rng.random() < sigmoid(float(theta @ d))))
    np.testing.assert_allclose(posterior.mean, theta, atol=0.5)
    unseen = rng.normal(size=(500, D))
    agree = [(posterior.predict(d) > 0.5) == (theta @ d > 0) for d in unseen]
    assert np.mean(agree) > 0.9
