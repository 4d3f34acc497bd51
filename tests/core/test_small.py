"""The small rooms of the core: intervals, thoughts, word classes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.features import I_WE, IMAGE, WARM, YOU
from tpop_cli.core.intervals import wilson_interval
from tpop_cli.core.lexicon import CLASSES, belongs, end_tilt, word_of
from tpop_cli.decoding.thinking import split_thinking


@given(st.integers(1, 500), st.data())
def test_wilson_is_where_the_score_test_just_holds(n: int, data: st.DataObject) -> None:
    """By its definition: |p − q| = z·√(q(1 − q)/n) at both ends q."""
    wins = data.draw(st.integers(0, n))
    low, high = wilson_interval(wins, n)
    p = wins / n
    assert 0.0 <= low <= p <= high <= 1.0
    for q in (low, high):
        if 1e-9 < q < 1 - 1e-9:
            assert abs(p - q) == pytest.approx(
                1.959964 * math.sqrt(q * (1 - q) / n), rel=1e-4, abs=1e-9
            )


def test_nothing_decided_says_nothing() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "done", "thought", "answer"),
    [
        ("<think>one two</think>three", True, "one two", "three"),
        ("  \n<think> one </think> \n three ", True, "one", "three "),
        ("<think>one", True, "one", ""),
        ("<think>one", False, "one", ""),
        ("one</think> two", True, "one", "two"),
        ("plain <b>", True, "", "plain <b>"),
        ("<thi", False, "", ""),
        ("<thi", True, "", "<thi"),
        (" <", False, "", ""),
        ("", False, "", ""),
        ("  ", False, "", "  "),
        ("<table>", False, "", "<table>"),
    ],
)
def test_what_was_thought_and_what_was_answered(
    text: str, done: bool, thought: str, answer: str
) -> None:
    assert split_thinking(text, done=done) == (thought, answer)


EXAMPLES = {
    "you": ("Your", "we"),
    "I or we": ("Our", "you"),
    "warm words": ("Lovely", "table"),
    "images": ("Golden", "number"),
    "examples": ("Instance", "because"),
    "names": ("Paris", "paris"),
    "exclamation marks": ("!!", "?"),
    "questions": ("What", "That"),
    "question marks": ("?", "!"),
    "line breaks": ("\n", "n"),
    "numbers": ("1984", "19a"),
    "long words": ("internal", "seventy"),
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_word_class_holds_what_its_name_says(name: str) -> None:
    if name not in EXAMPLES:
        assert name.startswith("the end")
        assert not belongs("you", name)
        return
    inside, outside = EXAMPLES[name]
    assert belongs(inside, name) and not belongs(outside, name)
    assert not belongs("", name)


def test_classes_are_the_features_own_words() -> None:
    for name, words in (("you", YOU), ("I or we", I_WE), ("warm words", WARM), ("images", IMAGE)):
        assert all(belongs(word, name) for word in words)


def test_a_token_is_its_word() -> None:
    assert [word_of(piece) for piece in (" You", "\n\n", " \n", "  ", "")] == [
        "You",
        "\n",
        "\n",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("And you?", 1.0 + 2.0), ("And you? ", 1.0 + 2.0), ("So.", 1.0 + 4.0), ("", 1.0 + 4.0)],
)
def test_the_end_looks_at_the_answer(answer: str, expected: float) -> None:
    tilt = (
        ("the end", 1.0),
        ("the end after a question", 2.0),
        ("the end without a question", 4.0),
        ("you", 8.0),
    )
    assert end_tilt(answer, tilt) == expected
