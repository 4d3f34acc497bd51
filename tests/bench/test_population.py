"""How tastes are spread in a crowd, against crowds whose spread is known."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.bench.population import PersonsPicks, fit_crowd, fit_weights, spread_about_zero


def a_crowd(mean: float, spread: float, n_people: int, n_picks: int) -> list[PersonsPicks]:
    """People with one weight each, drawn from a normal distribution."""
    rng, people = np.random.default_rng(0), []
    for i in range(n_people):
        beta = rng.normal(mean, spread)
        d = rng.normal(0, 1.5, n_picks)
        won = rng.random(n_picks) < 1 / (1 + np.exp(-beta * d))
        differences = np.where(won, d, -d)[:, None]
        people.append(PersonsPicks(f"p{i}", differences, np.zeros(n_picks, dtype=bool)))
    return people


def test_the_weights_of_one_person_are_the_most_probable_ones() -> None:
    """A grid over two weights is the reference."""
    rng = np.random.default_rng(1)
    d = rng.normal(0, 2, (25, 2))
    tie = rng.random(25) < 0.2
    mean, scale = np.array([0.5, -0.2]), np.array([0.7, 0.4])
    found, covariance = fit_weights(d, tie, mean, scale)
    grid = np.linspace(-3, 3, 601)
    first, second = np.meshgrid(grid, grid, indexing="ij")
    log_density = -0.5 * (
        ((first - mean[0]) / scale[0]) ** 2 + ((second - mean[1]) / scale[1]) ** 2
    )
    for row, is_tie in zip(d, tie, strict=True):
        p = 1 / (1 + np.exp(-(row[0] * first + row[1] * second)))
        log_density += 0.25 * np.log(p * (1 - p)) if is_tie else np.log(p)
    best = np.unravel_index(np.argmax(log_density), log_density.shape)
    assert found == pytest.approx([grid[best[0]], grid[best[1]]], abs=0.011)
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    variance = np.sum(density * (first - np.sum(density * first)) ** 2)
    assert covariance[0, 0] == pytest.approx(variance, rel=0.25)  # Laplace is not exact


@pytest.mark.parametrize(("mean", "spread"), [(0.0, 0.3), (0.6, 0.2), (-0.8, 1.0)])
def test_a_crowd_is_found_again(mean: float, spread: float) -> None:
    (found_mean,), (found_spread,) = fit_crowd(a_crowd(mean, spread, 120, 60))
    assert found_mean == pytest.approx(mean, abs=0.1 + 0.1 * spread)  # of 120 people
    assert found_spread == pytest.approx(spread, abs=0.12)


def test_picks_that_a_line_separates_leave_finite_weights() -> None:
    """Someone always takes the longer one, by far: without a prior the weight is infinite."""
    one = PersonsPicks("p", np.full((40, 1), 50.0), np.zeros(40, dtype=bool))
    mean, scale = fit_crowd([one])
    assert np.isfinite([mean, scale]).all()
    assert mean[0] > 0


def test_crowds_that_want_opposite_things_speak_for_a_wide_spread() -> None:
    spread = spread_about_zero(
        [
            (np.array([1.0, 0.0]), np.array([0.1, 0.3])),
            (np.array([-1.0, 0.0]), np.array([0.1, 0.3])),
        ]
    )
    assert spread == pytest.approx([np.sqrt(1.01), 0.3])
