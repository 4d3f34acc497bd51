from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tpop_cli.core.posterior import Posterior, sigmoid

D = 4
seeds = st.integers(0, 10_000)
outcomes = st.sampled_from([0.0, 0.5, 1.0])


def negative_log_posterior(
    theta: np.ndarray, prior: Posterior, d: np.ndarray, p: float, weight: float
) -> float:
    delta = theta - prior.mean
    u = float(theta @ d)
    log_likelihood = -p * np.logaddexp(0, -u) - (1 - p) * np.logaddexp(0, u)
    return float(0.5 * delta @ prior.precision @ delta - weight * log_likelihood)


def some_posterior(seed: int) -> Posterior:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(D, D))
    return Posterior(rng.normal(size=D), A @ A.T + 0.5 * np.eye(D))


@given(seeds, outcomes, st.floats(0.05, 2.0))
def test_the_new_mean_minimises_the_objective(seed: int, outcome: float, weight: float) -> None:
    prior = some_posterior(seed)
    d = np.random.default_rng(seed + 1).normal(size=D) * 2
    after = prior.update(d, outcome, weight)
    best = negative_log_posterior(after.mean, prior, d, outcome, weight)
    step = 1e-4
    for i in range(D):
        for sign in (1, -1):
            moved = after.mean + sign * step * np.eye(D)[i]
            assert negative_log_posterior(moved, prior, d, outcome, weight) >= best - 1e-9


@given(seeds, outcomes)
def test_the_new_precision_is_the_hessian_there(seed: int, outcome: float) -> None:
    prior = some_posterior(seed)
    d = np.random.default_rng(seed + 1).normal(size=D)
    after = prior.update(d, outcome)
    p = sigmoid(float(after.mean @ d))
    np.testing.assert_allclose(
        after.precision, prior.precision + p * (1 - p) * np.outer(d, d), rtol=1e-9
    )


@given(seeds, outcomes)
def test_swapping_the_candidates_and_the_outcome_teaches_the_same(
    seed: int, outcome: float
) -> None:
    prior = some_posterior(seed)
    d = np.random.default_rng(seed + 1).normal(size=D)
    a, b = prior.update(d, outcome), prior.update(-d, 1 - outcome)
    np.testing.assert_allclose(a.mean, b.mean, atol=1e-9)
    np.testing.assert_allclose(a.precision, b.precision, atol=1e-9)


@given(st.lists(st.tuples(seeds, outcomes), max_size=30))
@settings(max_examples=25)
def test_v_stays_symmetric_positive_definite_and_only_grows(picks: list[tuple[int, float]]) -> None:
    state = Posterior.prior(np.full(D, 0.7))
    for seed, outcome in picks:
        before = state
        state = state.update(np.random.default_rng(seed).normal(size=D) * 3, outcome)
        assert np.isfinite(state.mean).all()
        assert (state.precision == state.precision.T).all()
        assert np.linalg.eigvalsh(state.precision - before.precision).min() > -1e-9
    # V is kept, not its inverse: V·V⁻¹ = I with a prior that is not the identity
    np.testing.assert_allclose(state.precision @ state.solve(np.eye(D)), np.eye(D), atol=1e-8)


def test_a_tie_of_a_pair_thought_equal_moves_nothing_but_certainty() -> None:
    prior = Posterior.prior(np.ones(D))
    d = np.array([1.0, 0, 0, 0])
    after = prior.update(d, 0.5, 0.5)
    np.testing.assert_allclose(after.mean, 0, atol=1e-12)
    assert after.width(d) < prior.width(d)


def test_contradicting_picks_leave_it_near_even() -> None:
    state, d = Posterior.prior(np.ones(D)), np.array([1.0, -1, 0.5, 0])
    for i in range(200):
        state = state.update(d, float(i % 2))
    assert abs(state.predict(d) - 0.5) < 0.05


def test_picks_of_one_side_are_learned() -> None:
    rng = np.random.default_rng(0)
    theta = np.array([1.0, -2.0, 0.0, 0.5])
    state = Posterior.prior(np.ones(D))
    for _ in range(400):
        d = rng.normal(size=D)
        state = state.update(d, float(rng.random() < sigmoid(float(theta @ d))))
    np.testing.assert_allclose(state.mean, theta, atol=0.5)
    tests = rng.normal(size=(500, D))
    agree = [(state.predict(d) > 0.5) == (theta @ d > 0) for d in tests]
    assert np.mean(agree) > 0.9


def test_prediction_shrinks_to_a_half_with_uncertainty() -> None:
    d = np.array([1.0, 0, 0, 0])
    mean = np.array([2.0, 0, 0, 0])
    sure, unsure = Posterior(mean, 100 * np.eye(D)), Posterior(mean, 0.1 * np.eye(D))
    assert 0.5 < unsure.predict(d) < sure.predict(d)
