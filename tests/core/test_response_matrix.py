"""The response matrix, measured and refined by duels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.response_matrix import ResponseEstimate, ResponseMatrix, mean_shift

from .builders import B, seeds


def test_rows_and_columns_are_selected_by_name_and_unknown_ones_are_zero() -> None:
    found = B.matrix(["warm", "unknown"], ["length", "exclamation marks"])
    assert found.tolist() == [[0, 2], [0, 0]]


def test_shrinking_scales_every_shift_and_forgets_the_other_models_plain_answers() -> None:
    shrunk = ResponseMatrix(B.rows, {"length": 6.0}).shrunk(0.5)
    assert shrunk.rows["brief"]["length"] == -1
    assert shrunk.plain == {}


@given(seeds, st.integers(2, 8), st.floats(0.3, 3.0))
def test_a_row_is_the_posterior_mean_of_a_normal_mean(seed: int, n: int, scale: float) -> None:
    shifts = np.random.default_rng(seed).normal(0.5, 1.0, (n, 3))
    for column, shift in zip(shifts.T, mean_shift(shifts, scale), strict=True):
        m = sum(column) / n
        noise = sum((x - m) ** 2 for x in column) / (n - 1) / n
        assert shift == pytest.approx(m * scale**2 / (scale**2 + noise), rel=1e-9)


def test_a_shift_that_varies_by_chance_is_shrunk_and_a_steady_one_is_not() -> None:
    steady = np.full((6, 1), 2.0) + np.linspace(-0.1, 0.1, 6)[:, None]
    assert mean_shift(steady)[0] == pytest.approx(2.0, rel=0.01)
    noisy = np.array([[6.0], [-2], [6], [-2]])
    assert mean_shift(noisy)[0] == pytest.approx(2 / (1 + 64 / 3 / 4))
    assert mean_shift(np.array([[2.0]]))[0] == 0  # a single prompt shows no variance


@given(seeds, st.lists(st.floats(0.5, 20.0), min_size=4, max_size=4))
def test_duels_refine_it_by_ridge_regression(seed: int, rows: list[float]) -> None:
    """At the minimum of Σ‖Δx − Δz·B‖² + Σ_p n0_p·‖B_p − B0_p‖² the gradient is zero."""
    rng, n0 = np.random.default_rng(seed), np.array(rows)
    B0, dz, dx = rng.normal(size=(4, 3)), rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    kept = B0.copy()
    estimate = ResponseEstimate(B0, n0)
    np.testing.assert_allclose(estimate.B, B0, atol=1e-12)
    for z, x in zip(dz, dx, strict=True):
        estimate.observe(z, x)
    gradient = dz.T @ (dz @ estimate.B - dx) + n0[:, None] * (estimate.B - B0)
    np.testing.assert_allclose(gradient, 0, atol=1e-9)
    np.testing.assert_array_equal(B0, kept)


def test_a_measured_row_is_worth_n0_duels() -> None:
    """B0 says a shift of 4; two duels show 0 and n0 = 2, so the estimate is halfway.

    The second row was never measured: a single duel moves it two thirds of the way.
    """
    estimate = ResponseEstimate(np.array([[4.0], [0.0]]), np.array([2.0, 0.5]))
    for _ in range(2):
        estimate.observe(np.array([1.0, 0.0]), np.array([0.0]))
    estimate.observe(np.array([0.0, 1.0]), np.array([3.0]))
    np.testing.assert_allclose(estimate.B, [[2.0], [2.0]])
