"""Picks: what they say, what they teach, and what remains of them without their texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tpop_cli.core.axes import Pole
from tpop_cli.core.features import FEATURES, SPREAD, text_features
from tpop_cli.core.picks import (
    ENDINGS,
    Candidate,
    Pick,
    Verdict,
    count_agreeing,
    fold,
    learn_pick,
    pick_difference,
    unknown_features,
)
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward, Priors
from tpop_cli.core.taste import Taste

from .builders import N_POLES, TWO_AXES, B, fresh_reward, fresh_taste, pick

# -- verdicts --------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["exploit", "explore", "tie", "both-bad", "skip"])
def test_only_a_clear_pick_has_a_winner_and_a_loser(verdict: Verdict) -> None:
    made = pick(verdict)
    expected = {"exploit": (made.exploit, made.explore), "explore": (made.explore, made.exploit)}
    assert (made.winner, made.loser) == expected.get(verdict, (None, None))


@pytest.mark.parametrize(
    ("verdict", "predicted", "correctly"),
    [
        ("exploit", 0.7, True),
        ("explore", 0.7, False),
        ("exploit", 0.2, False),
        ("explore", 0.2, True),
        ("exploit", 0.5, None),
        ("tie", 0.7, None),
        ("skip", 0.7, None),
    ],
)
def test_a_prediction_of_one_half_or_of_an_unclear_pick_does_not_count(
    verdict: Verdict, predicted: float, correctly: bool | None
) -> None:
    assert replace(pick(verdict), predicted=predicted).predicted_correctly is correctly


# -- learning --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "outcome", "weight"),
    [("exploit", 1.0, 1.0), ("explore", 0.0, 1.0), ("tie", 0.5, 0.5)],
)
def test_a_pick_updates_the_posterior_with_its_difference_outcome_and_weight(
    verdict: Verdict, outcome: float, weight: float
) -> None:
    fresh = fresh_taste()
    expected = fresh.reward.posterior.update(
        pick_difference(fresh.reward, pick("tie")), outcome, weight
    )
    learned = learn_pick(fresh, pick(verdict)).reward.posterior
    np.testing.assert_allclose(learned.mean, expected.mean)
    np.testing.assert_allclose(learned.precision, expected.precision)


def test_the_difference_of_a_pick_is_that_of_its_answers() -> None:
    """The exploit arm has "brief" on; its answer is shorter by a factor of six."""
    z, x = fresh_reward().split(pick_difference(fresh_reward(), pick("exploit")))
    assert z.tolist() == [1, 0, 0, 0]
    length = FEATURES.index("length")
    assert x[length] == pytest.approx((np.log1p(6) - np.log1p(36)) / SPREAD[length])


def cut(made: Pick, exploit: bool, explore: bool) -> Pick:
    """The same pick, with answers that reached the limit and then asked something."""

    def ended(one: Candidate, is_cut: bool) -> Candidate:
        return replace(one, finish_reason="length", text=one.text + "And?") if is_cut else one

    return replace(made, exploit=ended(made.exploit, exploit), explore=ended(made.explore, explore))


@pytest.mark.parametrize(
    ("short_cut", "long_cut", "length_known"),
    [
        (False, False, True),
        (False, True, True),  # the longer one would have been even longer
        (True, False, False),  # the shorter one might have become the longer one
        (True, True, False),
    ],
)
def test_an_answer_that_was_cut_has_a_length_that_is_a_lower_bound(
    short_cut: bool, long_cut: bool, length_known: bool
) -> None:
    made = cut(pick("exploit"), short_cut, long_cut)
    d = pick_difference(fresh_reward(), made)
    _, x = fresh_reward().split(d)
    assert (x[FEATURES.index("length")] != 0) == length_known
    assert (d[-1] != 0) == length_known  # the curved term
    assert x[FEATURES.index("ends with a question")] == 0
    assert x[FEATURES.index("sentence length")] != 0 or not (short_cut or long_cut)
    unknown = {name for name, one in zip(FEATURES, unknown_features(made), strict=True) if one}
    expected = set(ENDINGS) if short_cut or long_cut else set()
    assert unknown == expected | (set() if length_known else {"length"})


def test_answers_of_an_early_pick_are_both_cut() -> None:
    assert unknown_features(replace(pick("exploit"), early=True))[FEATURES.index("length")]


def test_a_cut_answer_without_its_text_teaches_the_same() -> None:
    made = cut(pick("explore"), False, True)
    np.testing.assert_allclose(
        pick_difference(fresh_reward(), made.without_texts()),
        pick_difference(fresh_reward(), made),
    )


@pytest.mark.parametrize(("verdict", "sign"), [("exploit", -1.0), ("explore", 1.0)])
def test_a_reason_is_evidence_on_that_feature_alone(verdict: Verdict, sign: float) -> None:
    """The exploit arm's answer is the shorter one, and its sentences are as long."""
    plain, length = learn_pick(fresh_taste(), pick(verdict)), FEATURES.index("length")
    named = learn_pick(fresh_taste(), replace(pick(verdict), reason="length"))
    alone = np.zeros_like(plain.reward.posterior.mean)
    difference = pick_difference(fresh_reward(), pick(verdict))
    alone[N_POLES + length], alone[-1] = difference[N_POLES + length], difference[-1]
    expected = plain.reward.posterior.update(alone, 1.0 if verdict == "exploit" else 0.0, 1.0)
    np.testing.assert_allclose(named.reward.posterior.mean, expected.mean)
    np.testing.assert_allclose(named.reward.posterior.precision, expected.precision)
    gained = named.reward.posterior.mean - plain.reward.posterior.mean
    assert sign * gained[N_POLES + length] > 0
    assert named.n == plain.n and named.log_bayes_factor == plain.log_bayes_factor


@pytest.mark.parametrize(
    "made", [replace(pick("tie"), reason="length"), replace(pick("exploit"), reason="gone")]
)
def test_a_reason_for_a_tie_or_of_another_version_teaches_nothing_more(made: Pick) -> None:
    plain = learn_pick(fresh_taste(), replace(made, reason=""))
    np.testing.assert_array_equal(
        learn_pick(fresh_taste(), made).reward.posterior.mean, plain.reward.posterior.mean
    )


@pytest.mark.parametrize("verdict", ["skip", "both-bad"])
def test_a_verdict_that_does_not_rank_teaches_nothing(verdict: Verdict) -> None:
    fresh = fresh_taste()
    assert learn_pick(fresh, pick(verdict)) is fresh


def test_a_tie_teaches_certainty_and_a_win_teaches_a_preference() -> None:
    fresh = Taste.fresh(AxesReward.fresh(TWO_AXES, B, Priors(u_mean=0.0)))
    tied, won = learn_pick(fresh, pick("tie")), learn_pick(fresh, pick("exploit"))
    np.testing.assert_allclose(tied.reward.posterior.mean, 0, atol=1e-12)
    before = np.trace(fresh.reward.posterior.precision)
    assert np.trace(tied.reward.posterior.precision) > before
    assert np.abs(won.reward.posterior.mean).max() > 0.05


def updated(posterior: Posterior, d: np.ndarray, outcomes: Sequence[float]) -> Posterior:
    for outcome in outcomes:
        posterior = posterior.update(d, outcome, 0.5 if outcome == 0.5 else 1.0)
    return posterior


def test_folding_learns_the_picks_in_order() -> None:
    verdicts: list[Verdict] = ["exploit", "tie", "skip", "explore"]
    folded = fold(fresh_taste(), [pick(verdict, n) for n, verdict in enumerate(verdicts)])
    d = pick_difference(fresh_reward(), pick("exploit"))
    expected = updated(fresh_reward().posterior, d, [1.0, 0.5, 0.0])
    np.testing.assert_allclose(folded.reward.posterior.mean, expected.mean)
    reversed_order = updated(fresh_reward().posterior, d, [0.0, 0.5, 1.0])
    assert np.abs(folded.reward.posterior.mean - reversed_order.mean).max() > 1e-3


# -- without texts ---------------------------------------------------------------------


def test_without_texts_a_pick_holds_their_features_and_teaches_the_same() -> None:
    whole = pick("exploit")
    bare = whole.without_texts()
    assert whole.has_texts and not bare.has_texts
    assert (bare.prompt, bare.exploit.text, bare.explore.text) == ("", "", "")
    assert dict(bare.exploit.features or {}) == dict(
        zip(FEATURES, text_features(whole.exploit.text).tolist(), strict=True)
    )
    half = replace(whole, exploit=whole.exploit.without_text())
    assert not half.has_texts
    for other in (bare, half):
        np.testing.assert_allclose(
            pick_difference(fresh_reward(), other),
            pick_difference(fresh_reward(), whole),
            atol=1e-12,
        )
        np.testing.assert_allclose(
            learn_pick(fresh_taste(), other).reward.posterior.mean,
            learn_pick(fresh_taste(), whole).reward.posterior.mean,
        )


def test_removing_texts_twice_keeps_the_features() -> None:
    bare = pick("exploit").without_texts()
    assert bare.without_texts() == bare


def test_a_feature_that_an_older_version_did_not_measure_counts_as_zero() -> None:
    bare = pick("exploit").without_texts()
    older = replace(bare, exploit=replace(bare.exploit, features={"length": 2.0}))
    change = pick_difference(fresh_reward(), older) - pick_difference(fresh_reward(), bare)
    measured = text_features(pick("exploit").exploit.text)
    expected = (np.array([2.0, *[0.0] * (len(FEATURES) - 1)]) - measured) / SPREAD
    np.testing.assert_allclose(change[N_POLES:-1], expected, atol=1e-12)
    assert not change[:N_POLES].any()


def test_an_own_axis_with_other_instructions_counts_as_off() -> None:
    own = replace(TWO_AXES[0], builtin=False)
    reward = AxesReward.fresh((own, TWO_AXES[1]), ResponseMatrix({}))
    same = replace(pick("exploit"), own_axes={own.name: own.identity})
    other = replace(own, toward=Pole("brief", "Say little."))
    assert other.identity != own.identity
    told = replace(same, own_axes={own.name: other.identity})
    assert pick_difference(reward, same)[0] == 1.0
    assert pick_difference(reward, pick("exploit"))[0] == 1.0  # older picks do not say
    assert pick_difference(reward, told)[0] == 0.0
    np.testing.assert_array_equal(
        pick_difference(reward, told)[1:], pick_difference(reward, same)[1:]
    )


# -- counting --------------------------------------------------------------------------


def test_without_picks_none_agree() -> None:
    assert count_agreeing(fresh_reward(), []) == [(0, 0)] * len(TWO_AXES)


def test_only_clear_picks_are_counted() -> None:
    """The shorter answer won two of three clear picks."""
    verdicts: list[Verdict] = ["exploit", "exploit", "explore", "tie", "skip"]
    picks = [pick(verdict, n) for n, verdict in enumerate(verdicts, 1)]
    assert count_agreeing(fresh_reward(), picks)[0] == (2, 3)


def test_a_pick_agrees_along_the_direction_in_which_the_axis_moves_texts() -> None:
    """The shorter answer agrees with "brief", and disagrees with "warm" where that lengthens."""
    both = ResponseMatrix(
        {
            "brief": {"length": -1.0},
            "long": {"length": 1.0},
            "warm": {"length": 2.0},
            "cold": {"length": -2.0},
        }
    )
    picks = [pick("exploit"), pick("exploit"), pick("explore")]
    assert count_agreeing(fresh_reward(both), picks) == [(2, 3), (1, 3)]
    one_sided = ResponseMatrix({"long": {"length": 0.1}, "cold": {"length": -0.1}})
    assert count_agreeing(fresh_reward(one_sided), [pick("exploit")]) == [(1, 1), (0, 1)]
    unmeasured = ResponseMatrix({})
    assert count_agreeing(fresh_reward(unmeasured), [pick("exploit")]) == [(0, 1), (0, 1)]
