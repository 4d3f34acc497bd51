"""Text features."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.features import FEATURES, SPREAD, text_features


def value(name: str, text: str) -> float:
    return float(text_features(text)[FEATURES.index(name)])


@given(st.text())
def test_any_string_gives_finite_features(text: str) -> None:
    features = text_features(text)
    assert features.shape == (len(FEATURES),) == SPREAD.shape
    assert np.isfinite(features).all()


def test_every_spread_is_positive() -> None:
    assert (SPREAD > 0).all()


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("length", "one two three four five six", "one two"),
        ("sentence length", "one two three four five six.", "One. Two. Three four."),
        ("word length", "extraordinary circumstances", "a cat sat"),
        ("long words", "extraordinary circumstances", "a cat sat"),
        ("list items", "- a\n- b\n- c", "a, b and c"),
        ("list items", "1. a\n2. b", "1 a and 2 b"),
        ("list share", "- a\n- b", "words\n- b"),
        ("line breaks", "a\nb\nc", "a b c"),
        ("headings and bold", "# Title\nText", "Title: text"),
        ("headings and bold", "a **bold** word", "a bold word"),
        ("exclamation marks", "Yes! Go!", "Yes. Go."),
        ("questions", "Why? How?", "Why. How."),
        ("ends with a question", "Do it. Will you?\n", "Will you? Do it."),
        ("addresses you", "you can do it yourself", "one can do it"),
        ("addresses you", "you’ll see", "they will see"),
        ("says I or we", "I think we know", "it is known"),
        ("numbers", "it took 25 of 100", "it took a quarter"),
        ("examples", "fruit, for example apples", "fruit and apples"),
        ("commas", "red, green, blue", "red green blue"),
        ("warm words", "a wonderful, happy day", "a day"),
        ("hedges", "it may perhaps rain", "it will rain"),
        ("images", "golden light on the sea", "data in the table"),
        ("hedges", "vielleicht regnet es", "es regnet"),
        ("hedges", "可能会下雨", "会下雨"),
        ("emoji", "tea 🍵", "tea"),
        ("preamble", "Certainly! It is tea.", "It is tea."),
        ("closing offer", "Tea. Let me know if you like it.", "Tea."),
        ("caveats", "However, it depends.", "It rains."),
        ("agreement", "You are right.", "It is tea."),
        ("agreement", "It is tea.", "That is a myth."),
        ("dashes", "tea — or coffee", "tea or coffee"),
        ("not X but Y", "not tea, but coffee", "coffee"),
        ("code share", "```\nx = 1\n```\n", "x = 1"),
    ],
)
def test_a_feature_measures_what_its_name_says(name: str, more: str, less: str) -> None:
    assert value(name, more) > value(name, less)


def test_the_numbers_of_a_list_are_no_numbers_in_the_text() -> None:
    assert value("numbers", "1. eggs\n2. milk") == 0


def test_the_features_of_a_text_counted_by_hand() -> None:
    """Three lines, two of them list items; eight words; two ends of sentences."""
    text = "You, I hope, love it!\n- Is 12 internal?\n- golden\n"
    words = ["You", "I", "hope", "love", "it", "Is", "internal", "golden"]
    n = len(words)
    assert value("length", text) == pytest.approx(math.log1p(n))
    assert value("sentence length", text) == pytest.approx(math.log(n / 2))
    assert value("word length", text) == pytest.approx(sum(map(len, words)) / n)
    assert value("long words", text) == pytest.approx(1 / n)
    assert value("list items", text) == pytest.approx(math.log1p(2))
    assert value("list share", text) == pytest.approx(2 / 3)
    assert value("line breaks", text) == pytest.approx(math.log1p(2))
    assert value("ends with a question", text) == 0.0


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("exclamation marks", 1),
        ("questions", 1),
        ("addresses you", 1),
        ("says I or we", 1),
        ("numbers", 2),
        ("commas", 2),
        ("warm words", 1),
        ("hedges", 0),
        ("images", 1),
        ("examples", 0),
    ],
)
def test_counts_enter_as_the_logarithm_of_their_rate(name: str, count: int) -> None:
    text = "You, I hope, love it!\n- Is 12 internal?\n- golden\n"  # eight words
    assert value(name, text) == pytest.approx(math.log1p(100 * count / 8))


def test_the_features_of_a_single_word_and_of_nothing() -> None:
    assert value("sentence length", "word") == 0.0
    assert value("word length", "word") == 4.0
    assert not text_features("").any()
