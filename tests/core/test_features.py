from __future__ import annotations

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
    ],
)
def test_a_feature_sees_what_its_name_says(name: str, more: str, less: str) -> None:
    assert value(name, more) > value(name, less)


def test_the_numbers_of_a_list_are_not_numbers_in_it() -> None:
    assert value("numbers", "1. eggs\n2. milk") == 0
