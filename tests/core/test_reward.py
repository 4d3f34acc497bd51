"""The linear reward on pole activations and text features."""

from __future__ import annotations

import math

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
    w_of = {FEATURES[1]: 5.0, "a feature of another version": 1.0}
    priors = Priors(theta=0.5, theta_own=2.0, w=4.0, w_of=w_of, u=3.0, u_mean=0.7)
    reward = AxesReward.fresh(axes, B, priors)
    scales = 1 / np.sqrt(np.diag(reward.posterior.precision))
    np.testing.assert_allclose(
        scales, [0.5, 0.5, 2.0, 2.0, 4.0, 5.0, *[4.0] * (len(FEATURES) - 2), 3.0]
    )
    assert reward.posterior.mean.tolist() == [*[0.0] * (4 + len(FEATURES)), 0.7]


# -- gradient features -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("strengths", "z"),
    [
        ({}, [0, 0, 0, 0]),
        ({"length": 1.0}, [1, 0, 0, 0]),
        ({"length": 0.5}, [0.5**0.6, 0, 0, 0]),
        ({"length": -1.5}, [0, 1, 0, 0]),
        ({"length": -0.75, "tone": 5}, [0, 0.75**0.6, 1, 0]),
        ({"length": -3.0, "tone": -0.25}, [0, 1, 0, 0.25**0.6]),
    ],
)
def test_z_says_how_far_each_pole_is_on(strengths: dict[str, float], z: list[float]) -> None:
    assert fresh_reward().z(strengths).tolist() == pytest.approx(z)


def test_the_gradient_feature_is_z_the_text_features_in_spreads_and_their_curve() -> None:
    f = fresh_reward().gradient({"tone": -1.0}, "Hello there!")
    assert f[:N_POLES].tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(f[N_POLES:-1], text_features("Hello there!") / SPREAD)
    spread = SPREAD[FEATURES.index("length")]
    assert f[-1] == pytest.approx(-((math.log(3 / 101) / spread) ** 2) / 2)


def test_the_curve_is_highest_at_a_hundred_words() -> None:
    reward = fresh_reward()
    curves = {n: reward.gradient({}, "word " * n)[-1] for n in (10, 50, 99, 100, 101, 200, 1000)}
    assert max(curves, key=curves.__getitem__) == 100
    assert curves[100] == pytest.approx(0.0)
    assert curves[10] < curves[50] and curves[1000] < curves[200]


def test_a_gradient_feature_splits_into_z_and_x() -> None:
    z, x = fresh_reward().split(np.arange(float(D)))
    assert z.tolist() == [0, 1, 2, 3]
    assert x[0] == 4.0 and len(x) == len(FEATURES)


@pytest.mark.parametrize(
    ("strengths", "length", "exclamation_marks"),
    [
        ({}, 0.0, 0.0),
        ({"length": 1.0}, -2.0, 0.0),
        ({"length": 0.5}, -2.0 * 0.5**0.6, 0.0),
        ({"length": -1.5, "tone": 1.0}, 1.0, 2.0),
    ],
)
def test_strengths_are_expected_to_move_features_as_B_says(
    strengths: dict[str, float], length: float, exclamation_marks: float
) -> None:
    f = fresh_reward().expected(strengths)
    assert f[LENGTH] == pytest.approx(length)
    assert f[N_POLES + FEATURES.index("exclamation marks")] == exclamation_marks
    assert f[:N_POLES].tolist() == fresh_reward().z(strengths).tolist()


def test_two_poles_add_their_shifts() -> None:
    both = fresh_reward(
        ResponseMatrix(
            {"brief": {"length": -2.0, "commas": 1.0}, "warm": {"length": -1.5, "commas": -0.5}}
        )
    )
    x = both.expected({"length": 1.0, "tone": 1.0})[N_POLES:]
    assert x[FEATURES.index("length")] == -3.5
    assert x[FEATURES.index("commas")] == 0.5


@pytest.mark.parametrize("words", [30, 100, 400])
def test_the_expected_curve_is_that_of_a_plain_answer_with_the_shift(words: int) -> None:
    spread = SPREAD[FEATURES.index("length")]
    plain, best = (math.log1p(n) / spread for n in (words, 100))
    reward = fresh_reward(ResponseMatrix(B.rows, {"length": plain}))
    for s, shift in ((1.0, -2.0), (-0.5, 0.5**0.6)):
        expected = -((plain + shift - best) ** 2) / 2 + (plain - best) ** 2 / 2
        assert reward.expected({"length": s})[-1] == pytest.approx(expected)
    assert reward.expected({})[-1] == 0.0


def test_a_middle_is_best_for_who_likes_answers_slightly_shorter() -> None:
    """r = −w·x + u·q has its maximum at a shift of −w/u spreads: here at half of full "brief"."""
    mean = np.zeros(D)
    mean[LENGTH], mean[-1] = -1.0, 1.0
    reward = fresh_reward().with_posterior(Posterior(mean, np.eye(D)))
    amounts = np.linspace(0.01, 1.0, 100)
    r = [reward.expected({"length": s}) @ mean for s in amounts]
    assert amounts[int(np.argmax(r))] ** 0.6 == pytest.approx(0.5, abs=0.01)


# -- preferences -----------------------------------------------------------------------


def test_preferences_are_half_the_difference_of_gains_with_their_certainty() -> None:
    """Against draws of (θ, w, u), with the gains of both poles in the smallest amount."""
    rng = np.random.default_rng(0)
    A = rng.normal(size=(D, D))
    posterior = Posterior(rng.normal(size=D), A @ A.T + np.eye(D))
    reward = fresh_reward().with_posterior(posterior)
    preferences, certainty = reward.axis_preferences()
    covariance = np.linalg.inv(posterior.precision)
    draws = rng.multivariate_normal(posterior.mean, covariance, size=200_000)
    poles = [{"length": 0.25}, {"length": -0.25}, {"tone": 0.25}, {"tone": -0.25}]
    gains = draws @ np.array([reward.expected(pole) for pole in poles]).T
    sampled = (gains[:, 0::2] - gains[:, 1::2]) / 2 / 0.25**0.6
    np.testing.assert_allclose(preferences, sampled.mean(0), atol=0.05)
    same_sign = (np.sign(sampled) == np.sign(preferences)).mean(0)
    np.testing.assert_allclose(certainty, same_sign, atol=0.01)


def test_picks_move_the_preference_of_their_axis() -> None:
    preferences, certainty = taught(*["exploit"] * 3).reward.axis_preferences()
    assert preferences[0] > 0
    assert 0.5 <= certainty[1] < certainty[0] < 1
