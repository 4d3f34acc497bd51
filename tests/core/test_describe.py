"""A taste in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.describe import AxisTaste, axis_tastes, taste_line, taste_prompt, why
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste

from .builders import certain_taste, fresh_taste, pick, taught

UNKNOWN = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))


def trusted(taste: Taste) -> Taste:
    """The taste as if its reward model had predicted the picks well."""
    return replace(taste, log_bayes_factor=5.0)


# Certainties are Φ(|gain difference| / its standard deviation): "long" 0.999, "warm" 0.87.
LONG_AND_WARM = trusted(certain_taste([-3.0, 1.3, 0.8, 0.0], [1.0, 1.0, 0.5, 0.5]))


# -- one axis --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preference", "certainty", "words"),
    [
        (1, 0.99, "you prefer brief: sure"),
        (-1, 0.85, "you prefer detailed: probably"),
        (1, 0.6, "brief or detailed: not enough evidence"),
    ],
)
def test_certainty_in_words(preference: float, certainty: float, words: str) -> None:
    assert AxisTaste("length", "brief", "detailed", preference, certainty).words == words


@pytest.mark.parametrize(
    ("certainty", "short"),
    [(0.95, "sure"), (0.9499, "probably"), (0.8, "probably"), (0.7999, "not enough evidence")],
)
def test_the_thresholds_of_sure_and_probably(certainty: float, short: str) -> None:
    assert AxisTaste("length", "brief", "detailed", 1, certainty).short == short


def test_counted_picks_are_those_that_agree_with_the_preferred_pole() -> None:
    detailed = AxisTaste("length", "brief", "detailed", -1, 0.99, toward_won=2, clear=16)
    assert detailed.words == "you prefer detailed: sure (14 of 16 picks)"
    brief = AxisTaste("length", "brief", "detailed", 1, 0.9, toward_won=2, clear=3)
    assert brief.words == "you prefer brief: probably (2 of 3 picks)"


def test_without_good_predictions_no_axis_is_described() -> None:
    axis = AxisTaste("length", "brief", "detailed", -1, 0.99, trusted=False)
    assert axis.words == "brief or detailed: not enough evidence"
    assert axis.preferred == "detailed" and not axis.known


# -- all axes --------------------------------------------------------------------------


def test_a_fresh_profile_knows_nothing() -> None:
    assert taste_line(UNKNOWN) == "not enough evidence yet"
    assert taste_prompt(UNKNOWN) == ""
    tastes = axis_tastes(UNKNOWN)
    assert len(tastes) == len(AXES)
    assert all(t.words.endswith("not enough evidence") for t in tastes)


def test_axes_come_with_the_most_certain_first() -> None:
    length, tone = axis_tastes(LONG_AND_WARM)
    assert (length.axis, length.toward, length.away) == ("length", "brief", "long")
    assert (length.preferred, tone.preferred) == ("long", "warm")
    assert (length.preference, tone.preference) == pytest.approx((-2.15, 0.4))
    # Φ(4.3/√2) and Φ(0.8/√½)
    assert (length.certainty, tone.certainty) == pytest.approx((0.99882, 0.87105), abs=1e-5)
    assert [one.words for one in (length, tone)] == [
        "you prefer long: sure",
        "you prefer warm: probably",
    ]


@pytest.mark.parametrize(("log_bayes_factor", "known"), [(0.99, False), (1.0, True)])
def test_predictions_must_beat_chance_clearly(log_bayes_factor: float, known: bool) -> None:
    taste = replace(LONG_AND_WARM, log_bayes_factor=log_bayes_factor)
    assert [one.trusted for one in axis_tastes(taste)] == [known, known]
    assert taste_line(taste).startswith("you like:") == known
    assert bool(taste_prompt(taste)) == known


def test_picks_are_counted_if_they_are_given() -> None:
    """The short answer won two of three clear picks, so the long one won one of them."""
    picks = [pick("exploit"), pick("exploit"), pick("explore"), pick("tie")]
    taste = trusted(taught("exploit", "exploit", "explore"))
    counted = {one.axis: one for one in axis_tastes(taste, picks)}
    assert (counted["length"].toward_won, counted["length"].clear) == (2, 3)
    assert all(one.toward_won is None and one.clear == 0 for one in axis_tastes(taste))
    assert all((one.toward_won, one.clear) == (0, 0) for one in axis_tastes(taste, []))


def test_the_line_marks_what_is_only_probable() -> None:
    assert taste_line(LONG_AND_WARM) == "you like: long, warm (probably)"


def test_the_line_names_at_most_four_poles() -> None:
    reward = UNKNOWN.reward
    mean = np.zeros(len(reward.posterior.mean))
    mean[: 2 * len(AXES) : 2] = 10.0  # every `toward` pole
    posterior = Posterior(mean, 100.0 * np.eye(len(mean)))
    all_known = trusted(Taste.fresh(reward.with_posterior(posterior)))
    assert len([one for one in axis_tastes(all_known) if one.known]) == len(AXES) > 4
    assert taste_line(all_known).count(",") == 3


def test_the_system_prompt_holds_the_instructions_of_the_preferred_poles() -> None:
    assert taste_prompt(LONG_AND_WARM).splitlines()[1:] == ["- Be long.", "- Be warm."]


# -- the reason for a duel -------------------------------------------------------------


def test_why_names_the_pole_that_is_tried() -> None:
    axis = AXES[0]
    assert (
        why(UNKNOWN, {}, {axis.name: 1.0})
        == f'one of them tries "{axis.toward.name}": still unsure whether you like that'
    )
    assert (
        why(fresh_taste(), {"length": 1.0}, {"length": -1.5, "tone": 1.0})
        == 'one of them tries "long" and "warm": still unsure whether you like that'
    )


def test_why_names_the_pole_that_is_left_out() -> None:
    axis = AXES[0]
    assert (
        why(UNKNOWN, {axis.name: 1.0}, {})
        == f'one of them goes without "{axis.toward.name}": is that really what you like?'
    )


def test_why_says_if_a_preference_is_checked_again() -> None:
    assert (
        why(LONG_AND_WARM, {}, {"length": -1.5})
        == 'one of them tries "long", which you seem to like: does it still hold?'
    )
    assert (
        why(LONG_AND_WARM, {}, {"length": 1.0})
        == 'one of them tries "brief": still unsure whether you like that'
    )


def test_why_says_if_both_answers_have_the_same_strengths() -> None:
    expected = "both are written alike: nothing else is worth trying"
    assert why(UNKNOWN, {}, {}) == why(UNKNOWN, {"length": 1.0}, {"length": 1.0}) == expected
