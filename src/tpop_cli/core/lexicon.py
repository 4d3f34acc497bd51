"""Word classes that a pole favours or avoids, for effects that instructions do not reach.

Small models follow instructions only in part. A pole's *tilt* therefore adds a constant to the
score of every token of a class. This is one more term of the paper's form, base score + ω·reward
(arXiv 2509.24696), with a reward that is known for every token at no cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .features import I_WE, IMAGE, WARM, YOU

Tilt = tuple[tuple[str, float], ...]
"""Pairs (class name, constant added to the scores of its tokens)."""

_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"[A-Z][a-z]+")
_QUESTION_START = frozenset(
    "What How Do Does Would Have Are Is Can Could Which Why Who When Where Did".split()
)
_EXAMPLE = frozenset("example instance examples instances e.g such".split())

# Classes of the tokens that end an answer; whether they apply depends on the answer so far.
_END_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "the end": lambda _: True,
    "the end after a question": lambda answer: answer.rstrip().endswith("?"),
    "the end without a question": lambda answer: not answer.rstrip().endswith("?"),
}
_WORD_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "you": lambda word: word.lower() in YOU,
    "I or we": lambda word: word.lower() in I_WE,
    "warm words": lambda word: word.lower() in WARM,
    "images": lambda word: word.lower() in IMAGE,
    "examples": lambda word: word.lower() in _EXAMPLE,
    # Capitalised words, so the first word of a sentence counts as a name too.
    "names": lambda word: _NAME.fullmatch(word) is not None,
    "exclamation marks": lambda word: "!" in word,
    "questions": lambda word: word in _QUESTION_START,
    "question marks": lambda word: "?" in word,
    "line breaks": lambda word: word == "\n",
    "numbers": lambda word: _NUMBER.fullmatch(word) is not None,
    "long words": lambda word: word.isalpha() and len(word) >= 8,
}

CLASSES: tuple[str, ...] = (*_WORD_CLASSES, *_END_CLASSES)
"""The names of all classes: those of words, then those of the end of an answer."""


def word_of(piece: str) -> str:
    """The word in a token's text, as the classes compare it; a line break for one or more of them.

    >>> word_of(" You"), word_of("\\n\\n")
    ('You', '\\n')
    """
    return piece.strip() or ("\n" if "\n" in piece else "")


def belongs(word: str, name: str) -> bool:
    """Whether a non-empty word belongs to a word class; no word belongs to an end class.

    >>> belongs("you", "you"), belongs("you", "long words"), belongs("you", "the end")
    (True, False, False)
    """
    return bool(word) and name in _WORD_CLASSES and _WORD_CLASSES[name](word)


def end_tilt(answer: str, tilt: Tilt) -> float:
    """The sum a tilt adds to the score of ending this answer.

    >>> end_tilt("And you?", (("the end without a question", -4.0),))
    0
    """
    return sum(
        amount for name, amount in tilt if name in _END_CLASSES and _END_CLASSES[name](answer)
    )
