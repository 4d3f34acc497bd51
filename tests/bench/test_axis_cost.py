"""Tastes are learned in feature space, with an axis and without it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tpop_cli.bench.axis_cost import learning_curve, win_probability
from tpop_cli.core.axes import AXES
from tpop_cli.core.features import FEATURES
from tpop_cli.core.response_matrix import ResponseMatrix


@pytest.mark.parametrize("gain", [-1.0, 0.0, 0.5, 3.0])
def test_the_win_probability_is_the_share_of_noisy_comparisons(gain: float) -> None:
    first, second = np.random.default_rng(0).standard_normal((2, 100_000))
    assert win_probability(gain) == pytest.approx(np.mean(first + gain > second), abs=0.01)


def test_a_taste_on_the_only_axis_that_moves_anything_is_learned() -> None:
    liked, axes = FEATURES.index("commas"), AXES[:2]
    response = ResponseMatrix({"academic": {"commas": 3.0}, "simple words": {"commas": -3.0}})
    w = np.eye(len(FEATURES))[liked]
    curves = [
        learning_curve(axes, response, w, [0, 12], np.random.default_rng(seed)) for seed in range(5)
    ]
    start, end = np.mean(curves, axis=0)
    best = win_probability(3.0)
    assert start == 0.5
    assert end > 0.9 * best


def test_an_axis_that_is_missing_cannot_be_learned() -> None:
    response = ResponseMatrix({"academic": {"commas": 3.0}})
    w = np.eye(len(FEATURES))[FEATURES.index("commas")]
    won = learning_curve(AXES[:1], response, w, [0, 3, 6], np.random.default_rng(0))
    assert won == [0.5, 0.5, 0.5] or all(math.isclose(x, 0.5) for x in won)
