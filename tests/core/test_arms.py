"""Choosing the strengths of the exploit arm and of the explore arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tpop_cli.core.arms import (
    ArmRules,
    exploit,
    explore_options,
    explore_ucb,
    gains_over,
    optimistic_gains,
    sample,
    sample_weights,
)
from tpop_cli.core.axes import AMOUNTS
from tpop_cli.core.features import FEATURES
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import CURVED
from tpop_cli.core.taste import Taste

from .builders import LENGTH, TWO_AXES, D, certain_taste, fresh_reward, taught, upper_bound


def test_candidates_are_no_pole_and_every_pole_in_every_amount() -> None:
    assert explore_options(TWO_AXES[:1], (1.0,)) == [{}, {"length": 1.0}, {"length": -1.0}]
    options = explore_options(TWO_AXES)
    assert options[0] == {}
    strengths = {s for amount in AMOUNTS for s in (amount, -amount)}
    for axis in TWO_AXES:
        assert {o[axis.name] for o in options if axis.name in o} == strengths
    assert len(options) == 1 + 2 * len(strengths)


# -- the exploit arm -------------------------------------------------------------------


def test_nothing_is_exploited_before_the_first_pick() -> None:
    assert exploit(taught()) == {}


def test_the_pole_that_won_is_exploited() -> None:
    assert exploit(taught(*["exploit"] * 10))["length"] > 0
    assert exploit(taught(*["explore"] * 10))["length"] < 0


def test_the_amount_that_gains_most_is_exploited() -> None:
    """r = w·x + u·q is highest at a shift of w/u: −0.9 of the −2 spreads that "brief" can do."""
    mean = np.zeros(D)
    mean[LENGTH], mean[-1] = -0.9, 1.0
    likes_shorter = fresh_reward().with_posterior(Posterior(mean, 100 * np.eye(D)))
    assert exploit(Taste.fresh(likes_shorter)) == {"length": 0.25}  # −2 · 0.25^0.6 = −0.87
    mean[LENGTH] = -3.0
    much_shorter = fresh_reward().with_posterior(Posterior(mean, 100 * np.eye(D)))
    assert exploit(Taste.fresh(much_shorter)) == {"length": 1.0}


def test_a_pole_needs_the_minimum_z_score_and_the_minimum_gain() -> None:
    rules = ArmRules(min_z=0.5, min_gain=0.2, max_axes=1)
    warm = certain_taste([0, 0, 0.5, 0], [1, 1, 1, 1])  # gain 0.5 at a z-score of exactly 0.5
    assert exploit(warm, rules) == {"tone": 1.0}
    assert exploit(warm, replace(rules, min_z=0.51)) == {}
    assert exploit(warm, replace(rules, min_gain=0.5)) == {"tone": 1.0}
    assert exploit(warm, replace(rules, min_gain=0.51)) == {}


def test_the_highest_gain_wins_among_poles_that_are_certain_enough() -> None:
    # "brief" gains most at a z-score of 0.5, "warm" gains half of that at a z-score of 1.
    taste = certain_taste([2.0, 0.0, 1.0, 0.0], [4.0, 1.0, 1.0, 1.0])
    assert set(exploit(taste, ArmRules(min_z=0.4, min_z_second=0.4))) == {"length", "tone"}
    assert set(exploit(taste, ArmRules(min_z=0.6, min_z_second=0.6))) == {"tone"}


def test_a_second_pole_needs_its_own_z_score_and_max_axes_limits_their_number() -> None:
    taste = certain_taste([2.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0])
    rules = ArmRules(min_z=0.25, min_z_second=0.5)
    assert set(exploit(taste, rules)) == {"length", "tone"}
    assert set(exploit(taste, replace(rules, min_z_second=9.0))) == {"length"}
    assert set(exploit(taste, replace(rules, max_axes=1))) == {"length"}
    assert exploit(taste, replace(rules, max_axes=0)) == {}
    assert set(exploit(taste, replace(rules, max_axes=9))) == {"length", "tone"}  # all there are


def test_a_second_pole_that_adds_nothing_is_left_out() -> None:
    """A user for whom "brief" is short enough does not get "warm", which shortens, as well."""
    both_shorten = ResponseMatrix(
        {"brief": {"length": -2.0, "commas": 1.0}, "warm": {"length": -1.5, "commas": -0.5}}
    )
    mean = np.zeros(D)
    mean[LENGTH], mean[-1] = -2.0, 1.0
    likes_short = fresh_reward(both_shorten).with_posterior(Posterior(mean, 100 * np.eye(D)))
    assert exploit(Taste.fresh(likes_short), ArmRules(max_axes=2)) == {"length": 1.0}


def test_while_predictions_are_no_better_than_chance_a_pole_needs_a_higher_z_score() -> None:
    taste = certain_taste([2.0, 0.0, 0.0, 0.0], [1.0] * 4)
    rules = ArmRules(min_z=0.25, min_z_unproven=9.0, burn_in=16)
    assert exploit(replace(taste, n=15, log_bayes_factor=-1.0), rules)
    assert exploit(replace(taste, n=16, log_bayes_factor=0.0), rules) == {}
    assert exploit(replace(taste, n=16, log_bayes_factor=0.1), rules)


# -- the explore arm -------------------------------------------------------------------


def test_gains_and_widths_are_those_of_the_definition() -> None:
    """Δr = mean·Δf and ‖Δf‖ = √(Δfᵀ V⁻¹ Δf), with the inverse computed."""
    reward = taught("exploit", "explore", "exploit").reward
    gain, width = gains_over(reward, [{}, {"length": 1.0}], {"tone": 1.0})
    inverse = np.linalg.inv(reward.posterior.precision)
    for i, strengths in enumerate([{}, {"length": 1.0}]):
        d = reward.expected(strengths) - reward.expected({"tone": 1.0})
        assert gain[i] == pytest.approx(float(reward.posterior.mean @ d))
        assert width[i] == pytest.approx(float(np.sqrt(d @ inverse @ d)))


def test_the_gain_of_a_known_taste() -> None:
    reward = certain_taste([2.0, -1.0, 0.5, 0.0], [3.0, 1.0, 4.0, 1.0]).reward
    gain, width = gains_over(reward, [{}, {"length": 1.0}, {"tone": 0.5}], {"tone": 1.0})
    less = 1 - 0.5**0.6
    assert gain == pytest.approx([-0.5, 1.5, -0.5 * less])
    assert width == pytest.approx([4.0, 5.0, 4.0 * less])


@pytest.mark.parametrize("nu", [0.0, 0.7, 2.5])
def test_the_explore_arm_maximises_the_papers_upper_bound(nu: float) -> None:
    reward, rules = taught("exploit", "explore", "exploit").reward, ArmRules(nu=nu)
    against = {"tone": 1.0}
    expected = [upper_bound(reward, s, against, nu) for s in explore_options(TWO_AXES)]
    assert optimistic_gains(reward, against, rules) == pytest.approx(expected)
    best = explore_ucb(reward, against, rules)
    assert upper_bound(reward, best, against, nu) == pytest.approx(max(expected))


def test_exploration_tries_something_else_than_the_exploit_arm() -> None:
    reward = taught("exploit").reward
    assert explore_ucb(reward, {"length": 1.0}, ArmRules(nu=0.7)) != {"length": 1.0}


def test_the_exploration_weight_changes_the_choice() -> None:
    reward = taught(*["exploit"] * 20).reward
    exploited = {"length": 1.0}
    safe, bold = (explore_ucb(reward, exploited, ArmRules(nu=nu)) for nu in (0.0, 50.0))
    assert safe != bold


def test_thompson_sampling_is_seeded_and_follows_the_posterior() -> None:
    reward = taught(*["exploit"] * 30).reward
    draws = [sample(reward, np.random.default_rng(seed)) for seed in range(40)]
    assert draws[0] == sample(reward, np.random.default_rng(0))
    assert np.mean([d.get("length", 0) > 0 for d in draws]) > 0.8


def test_draws_of_the_weights_have_the_posteriors_mean_and_covariance() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 3))
    posterior = Posterior(np.array([1.0, -2.0, 0.5]), a @ a.T + np.eye(3))
    draws = np.array([sample_weights(posterior, rng) for _ in range(20_000)])
    np.testing.assert_allclose(draws.mean(0), posterior.mean, atol=0.03)
    np.testing.assert_allclose(np.cov(draws.T), np.linalg.inv(posterior.precision), atol=0.03)


def test_the_builders_agree_with_the_number_of_features() -> None:
    n = 2 * len(TWO_AXES) + len(FEATURES) + len(CURVED)
    assert n == D == len(fresh_reward().posterior.mean)
