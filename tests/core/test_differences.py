"""How two answers differ, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.differences import differences
from tpop_cli.core.features import FEATURES, SPREAD, text_features


def words(before: str, after: str) -> list[str]:
    return [one.words for one in differences(before, after, most=99)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("One two three four. " * 5, "One two three four. " * 2, "60% shorter"),
        ("One two three four. " * 2, "One two three four. " * 3, "50% longer"),
        ("One two three four. " * 2, "One two three four. " * 5, "2.5 times as long"),
        ("- a\n- b\n- c\n- d", "- a", "3 fewer list items"),
        ("- a\n- b", "plain", "no list items"),
        ("plain", "- a", "1 more list item"),
        ("One. Two!", "One! Two! Three!", "2 more exclamation marks"),
        ("Nice 🙂🙂", "Nice", "no emoji"),
        ("Tea is hot.", "Tea is hot. And you?", "a question at the end"),
        ("Tea is hot. And you?", "Tea is hot.", "no question at the end"),
        ("Tea may help.", "Tea helps.", "less hedging"),
        ("It is so and so. It is.", "It is. " * 4, "shorter sentences (2 words, not 4)"),
    ],
)
def test_a_difference_in_words(before: str, after: str, expected: str) -> None:
    assert expected in words(before, after)


def test_the_length_comes_first_and_then_the_largest_difference() -> None:
    before = "Hi! Tea is hot, my friend. Shall I tell you more about it?"
    found = differences(before, "Tea is hot.", most=99)
    assert found[0].feature == "length"
    sizes = [abs(one.spreads) for one in found[1:]]
    assert sizes == sorted(sizes, reverse=True)
    assert differences(before, "Tea is hot.", most=2) == found[:2]


@given(st.text(max_size=200), st.text(max_size=200))
def test_every_difference_is_measured(before: str, after: str) -> None:
    x, y = text_features(before), text_features(after)
    for one in differences(before, after, most=99):
        n = FEATURES.index(one.feature)
        assert one.spreads == pytest.approx((y[n] - x[n]) / SPREAD[n])
        assert one.words
    assert differences(before, before) == []


def test_an_empty_answer_has_no_differences() -> None:
    assert differences("", "Some words.") == differences("Some words.", "") == []
