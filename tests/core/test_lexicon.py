"""Word classes, and the tilt of the end of an answer."""

from __future__ import annotations

import pytest

from tpop_cli.core.features import I_WE, IMAGE, WARM, YOU
from tpop_cli.core.lexicon import CLASSES, belongs, end_tilt, word_of

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


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_word_class_holds_what_its_name_says(name: str) -> None:
    inside, outside = EXAMPLES[name]
    assert belongs(inside, name) and not belongs(outside, name)
    assert not belongs("", name)


def test_classes_compare_whole_words() -> None:
    assert not belongs("iPhone", "names")
    assert not belongs("yours truly", "you")


def test_every_other_class_is_of_the_end_and_holds_no_word() -> None:
    end_classes = [name for name in CLASSES if name not in EXAMPLES]
    assert len(end_classes) == 3
    for name in end_classes:
        assert name.startswith("the end")
        assert not belongs("you", name)


def test_word_classes_hold_the_words_of_the_text_features() -> None:
    for name, words in (("you", YOU), ("I or we", I_WE), ("warm words", WARM), ("images", IMAGE)):
        assert all(belongs(word, name) for word in words)


@pytest.mark.parametrize(
    ("piece", "word"), [(" You", "You"), ("\n\n", "\n"), (" \n", "\n"), ("  ", ""), ("", "")]
)
def test_the_word_of_a_token_has_no_space_and_one_line_break(piece: str, word: str) -> None:
    assert word_of(piece) == word


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("And you?", 1.0 + 2.0), ("And you? ", 1.0 + 2.0), ("So.", 1.0 + 4.0), ("", 1.0 + 4.0)],
)
def test_the_tilt_of_the_end_depends_on_the_answer_so_far(answer: str, expected: float) -> None:
    tilt = (
        ("the end", 1.0),
        ("the end after a question", 2.0),
        ("the end without a question", 4.0),
        ("you", 8.0),
    )
    assert end_tilt(answer, tilt) == expected
