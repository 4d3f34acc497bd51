"""What a pick says, with and without its texts, and which poles are exploited."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tpop_cli.core.arms import ArmRules, exploit, gains_over, sample_weights, upper_bounds
from tpop_cli.core.features import FEATURES, SPREAD, text_features
from tpop_cli.core.picks import (
    TIE_WEIGHT,
    Verdict,
    count_agreeing,
    fold,
    learn_pick,
    pick_difference,
)
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste

from .test_reward import TWO, B, pick, reward, taught


@pytest.mark.parametrize("verdict", ["exploit", "explore", "tie", "both-bad", "skip"])
def test_winner_and_loser(verdict: Verdict) -> None:
    made = pick(verdict)
    expected = {"exploit": (made.exploit, made.explore), "explore": (made.explore, made.exploit)}
    assert (made.winner, made.loser) == expected.get(verdict, (None, None))


def test_without_texts_it_holds_what_they_are_like_and_teaches_the_same() -> None:
    whole = pick("exploit")
    bare = whole.without_texts()
    assert whole.has_texts and not bare.has_texts
    assert (bare.prompt, bare.exploit.text, bare.explore.text) == ("", "", "")
    assert dict(bare.exploit.features or {}) == dict(
        zip(FEATURES, text_features(whole.exploit.text).tolist(), strict=True)
    )
    assert (
        bare.without_texts() == bare
    )  # the features of nothing do not take the place of what was known
    half = replace(whole, exploit=whole.exploit.without_text())
    assert not half.has_texts
    for other in (bare, half):
        np.testing.assert_allclose(
            pick_difference(reward(), other), pick_difference(reward(), whole), atol=1e-12
        )
        taught_so = learn_pick(Taste.fresh(reward()), other).reward.posterior.mean
        np.testing.assert_allclose(
            taught_so, learn_pick(Taste.fresh(reward()), whole).reward.posterior.mean
        )


def test_a_feature_that_was_not_known_then_is_nought() -> None:
    bare = pick("exploit").without_texts()
    older = replace(bare, exploit=replace(bare.exploit, features={"length": 2.0}))
    found = pick_difference(reward(), older) - pick_difference(reward(), bare)
    known = text_features(pick("exploit").exploit.text)
    expected = (np.array([2.0, *[0.0] * (len(FEATURES) - 1)]) - known) / SPREAD
    np.testing.assert_allclose(found[4:], expected, atol=1e-12)
    assert not found[:4].any()


def test_what_a_pick_teaches_is_its_difference_with_outcome_and_weight() -> None:
    fresh = Taste.fresh(reward())
    d = pick_difference(fresh.reward, pick("tie"))
    for verdict, outcome, weight in (
        ("exploit", 1.0, 1.0),
        ("explore", 0.0, 1.0),
        ("tie", 0.5, TIE_WEIGHT),
    ):
        expected = fresh.reward.posterior.update(d, outcome, weight)
        found = learn_pick(fresh, pick(verdict)).reward.posterior  # type: ignore[arg-type]
        np.testing.assert_allclose(found.mean, expected.mean)
        np.testing.assert_allclose(found.precision, expected.precision)


def test_folding_is_learning_one_after_the_other() -> None:
    picks = [pick(verdict, n) for n, verdict in enumerate(["exploit", "tie", "skip", "explore"])]  # type: ignore[arg-type]
    one_by_one = Taste.fresh(reward())
    for one in picks:
        one_by_one = learn_pick(one_by_one, one)
    np.testing.assert_array_equal(
        fold(Taste.fresh(reward()), picks).reward.posterior.mean, one_by_one.reward.posterior.mean
    )


def test_evidence_of_no_picks_is_none() -> None:
    assert count_agreeing(reward(), []) == [(0, 0)] * len(TWO)


def certain(gains: list[float], widths: list[float]) -> Taste:
    """A taste in which each pole of TWO gains so much, with such a width, by itself."""
    fresh = reward()
    n = len(fresh.posterior.mean)
    scale = np.ones(n)
    scale[:4] = widths
    bare = AxesReward.fresh(TWO, type(B)({})).with_posterior(
        Posterior(np.array([*gains, *[0.0] * (n - 4)]), np.diag(1 / scale**2))
    )
    return Taste.fresh(bare)


def poles(taste: Taste, rules: ArmRules) -> dict[str, float]:
    return exploit(taste, rules)


def test_a_pole_must_be_sure_and_worth_it() -> None:
    rules = ArmRules(min_z=0.5, min_gain=0.2, max_axes=1)
    full = {
        name: gains_over(certain([1, 1, 1, 1], [1] * 4).reward, [{name: s}], {})[0][0]
        for name, s in (("tone", 1.0),)
    }
    unit = full["tone"]  # what a weight of one gains
    sure = certain([0, 0, 0.5 / unit, 0], [1, 1, 1 / unit, 1])
    assert poles(sure, rules) == {"tone": 1.0}  # exactly half a standard deviation above nought
    assert poles(sure, replace(rules, min_z=0.51)) == {}
    assert poles(sure, replace(rules, min_gain=0.5)) == {"tone": 1.0}
    assert poles(sure, replace(rules, min_gain=0.51)) == {}


def test_the_second_pole_must_be_surer_and_no_more_than_max_axes_are_taken() -> None:
    taste = certain(
        [2.0, 0.0, 1.0, 0.0], [4.0, 1.0, 1.0, 1.0]
    )  # the first is half a width above nought
    assert set(exploit(taste, ArmRules(min_z=0.4, min_z_second=0.4))) == {"length", "tone"}
    assert set(exploit(taste, ArmRules(min_z=0.6, min_z_second=0.6))) == {"tone"}
    taste = certain([2.0, 0.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0])
    rules = ArmRules(min_z=0.25, min_z_second=0.5)
    assert set(exploit(taste, rules)) == {"length", "tone"}
    assert set(exploit(taste, replace(rules, min_z_second=9.0))) == {"length"}
    assert set(exploit(taste, replace(rules, max_axes=1))) == {"length"}
    assert exploit(taste, replace(rules, max_axes=0)) == {}
    assert set(exploit(taste, replace(rules, max_axes=9))) == {
        "length",
        "tone",
    }  # there are no more


def test_in_doubt_a_pole_must_be_quite_sure() -> None:
    taste = certain([2.0, 0.0, 0.0, 0.0], [1.0] * 4)
    rules = ArmRules(min_z=0.25, min_z_unproven=9.0, burn_in=16)
    assert exploit(replace(taste, n=15, log_bayes_factor=-1.0), rules)
    assert exploit(replace(taste, n=16, log_bayes_factor=0.0), rules) == {}
    assert exploit(replace(taste, n=16, log_bayes_factor=0.1), rules)


def test_upper_bounds_are_gain_and_width() -> None:
    learned = taught("exploit", "explore", "exploit").reward
    gain, width = gains_over(learned, [{}, {"length": 1.0}], {"tone": 1.0})
    d = learned.expected({"length": 1.0}) - learned.expected({"tone": 1.0})
    assert gain[1] == pytest.approx(float(learned.posterior.mean @ d))
    assert width[1] == pytest.approx(learned.posterior.width(d))
    bounds = upper_bounds(learned, {"tone": 1.0}, ArmRules(nu=2.5))
    assert bounds[:2] == pytest.approx(gain + 2.5 * width)


def test_draws_of_the_weights_have_the_posteriors_mean_and_covariance() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 3))
    posterior = Posterior(np.array([1.0, -2.0, 0.5]), a @ a.T + np.eye(3))
    draws = np.array([sample_weights(posterior, rng) for _ in range(20_000)])
    np.testing.assert_allclose(draws.mean(0), posterior.mean, atol=0.03)
    np.testing.assert_allclose(np.cov(draws.T), np.linalg.inv(posterior.precision), atol=0.03)
