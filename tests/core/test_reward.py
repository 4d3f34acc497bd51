"""The linear reward on pole activations and text features."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.core.axes import Axis, Pole
from tpop_cli.core.features import FEATURES, SPREAD, text_features
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward, Priors

from .builders import LENGTH, N_POLES, TWO_AXES, B, D, fresh_reward, taught


def test_built_in_poles_own_poles_and_features_have_their_own_priors() -> None:
    axes = (TWO_AXES[0], Axis("mine", Pole("x", "X."), Pole("y", "Y."), builtin=False))
    reward = AxesReward.fresh(axes, B, Priors(theta=0.5, theta_own=2.0, w=4.0))
    scales = 1 / np.sqrt(np.diag(reward.posterior.precision))
    np.testing.assert_allclose(scales, [0.5, 0.5, 2.0, 2.0, *[4.0] * len(FEATURES)])


# -- gradient features -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("strengths", "z"),
    [
        ({}, [0, 0, 0, 0]),
        ({"length": 1.0}, [1, 0, 0, 0]),
        ({"length": 0.5}, [0.5, 0, 0, 0]),
        ({"length": -1.5}, [0, 1, 0, 0]),
        ({"length": -0.75, "tone": 5}, [0, 0.5, 1, 0]),
        ({"length": -3.0, "tone": -0.25}, [0, 1, 0, 0.25]),
    ],
)
def test_z_says_how_far_each_pole_is_on(strengths: dict[str, float], z: list[float]) -> None:
    assert fresh_reward().z(strengths).tolist() == z


def test_the_gradient_feature_is_z_and_the_text_features_in_spreads() -> None:
    f = fresh_reward().gradient({"tone": -1.0}, "Hello there!")
    assert f[:N_POLES].tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(f[N_POLES:], text_features("Hello there!") / SPREAD)


def test_a_gradient_feature_splits_into_z_and_x() -> None:
    z, x = fresh_reward().split(np.arange(4.0 + len(FEATURES)))
    assert z.tolist() == [0, 1, 2, 3]
    assert x[0] == 4.0 and len(x) == len(FEATURES)


@pytest.mark.parametrize(
    ("strengths", "length", "exclamation_marks"),
    [
        ({}, 0.0, 0.0),
        ({"length": 1.0}, -2.0, 0.0),
        ({"length": 0.5}, -1.0, 0.0),
        ({"length": -1.5, "tone": 1.0}, 1.0, 2.0),
    ],
)
def test_strengths_are_expected_to_move_features_as_B_says(
    strengths: dict[str, float], length: float, exclamation_marks: float
) -> None:
    f = fresh_reward().expected(strengths)
    assert f[LENGTH] == length
    assert f[N_POLES + FEATURES.index("exclamation marks")] == exclamation_marks
    assert f[:N_POLES].tolist() == fresh_reward().z(strengths).tolist()


def test_two_poles_move_a_feature_as_far_as_the_stronger_one_and_opposite_ones_add_up() -> None:
    both = fresh_reward(
        ResponseMatrix(
            {"brief": {"length": -2.0, "commas": 1.0}, "warm": {"length": -1.5, "commas": -0.5}}
        )
    )
    x = both.expected({"length": 1.0, "tone": 1.0})[N_POLES:]
    assert x[FEATURES.index("length")] == -2.0
    assert x[FEATURES.index("commas")] == 0.5


# -- preferences -----------------------------------------------------------------------


def test_preferences_are_half_the_difference_of_gains_with_their_certainty() -> None:
    """Against draws of (θ, w) with g = θ + B·w."""
    rng = np.random.default_rng(0)
    A = rng.normal(size=(D, D))
    posterior = Posterior(rng.normal(size=D), A @ A.T + np.eye(D))
    preferences, certainty = fresh_reward().with_posterior(posterior).axis_preferences()
    matrix = B.matrix(["brief", "long", "warm", "cold"], FEATURES)
    covariance = np.linalg.inv(posterior.precision)
    draws = rng.multivariate_normal(posterior.mean, covariance, size=200_000)
    gains = draws[:, :N_POLES] + draws[:, N_POLES:] @ matrix.T
    sampled = (gains[:, 0::2] - gains[:, 1::2]) / 2
    np.testing.assert_allclose(preferences, sampled.mean(0), atol=0.05)
    same_sign = (np.sign(sampled) == np.sign(preferences)).mean(0)
    np.testing.assert_allclose(certainty, same_sign, atol=0.01)


def test_picks_move_the_preference_of_their_axis() -> None:
    preferences, certainty = taught(*["exploit"] * 3).reward.axis_preferences()
    assert preferences[0] > 0
    assert 0.5 <= certainty[1] < certainty[0] < 1
