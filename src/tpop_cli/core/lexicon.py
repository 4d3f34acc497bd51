"""Word classes that a pole may favour or avoid: the part of steering that no instruction achieves on a small model.

A pole's *tilt* adds a constant to the score of every token of a class, so the steered score has one more term of the
paper's form, base score + ω·reward, with a reward that is known for every token and costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .features import I_WE, IMAGE, WARM, YOU

Tilt = tuple[tuple[str, float], ...]
"""(class, what is added to the score of its tokens), sorted."""

_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"[A-Z][a-z]+")
_ASKS = frozenset(
    "What How Do Does Would Have Are Is Can Could Which Why Who When Where Did".split()
)
_EXAMPLE = frozenset("example instance examples instances e.g such".split())

_ENDS: Mapping[str, Callable[[str], bool]] = {
    "the end": lambda _: True,
    "the end after a question": lambda answer: answer.rstrip().endswith("?"),
    "the end without a question": lambda answer: not answer.rstrip().endswith("?"),
}
_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "you": lambda word: word.lower() in YOU,
    "I or we": lambda word: word.lower() in I_WE,
    "warm words": lambda word: word.lower() in WARM,
    "images": lambda word: word.lower() in IMAGE,
    "examples": lambda word: word.lower() in _EXAMPLE,
    "names": lambda word: (
        _NAME.fullmatch(word) is not None
    ),  # where a sentence starts, every word is one
    "exclamation marks": lambda word: "!" in word,
    "questions": lambda word: word in _ASKS,
    "question marks": lambda word: "?" in word,
    "line breaks": lambda word: word == "\n",
    "numbers": lambda word: _NUMBER.fullmatch(word) is not None,
    "long words": lambda word: word.isalpha() and len(word) >= 8,
}

CLASSES: tuple[str, ...] = (*_CLASSES, *_ENDS)
"""The names of the classes. The last ones are of the tokens that end an answer, and look at the answer so far."""


def word_of(piece: str) -> str:
    """The word that a token's text holds, as the classes know it; a line break for any number of them.

    >>> word_of(" You"), word_of("\\n\\n")
    ('You', '\\n')
    """
    return piece.strip() or ("\n" if "\n" in piece else "")


def belongs(word: str, name: str) -> bool:
    """Whether a word (not empty) belongs to the class of that name; no word belongs to the classes of the end.

    >>> belongs("you", "you"), belongs("you", "long words"), belongs("you", "the end")
    (True, False, False)
    """
    return bool(word) and name in _CLASSES and _CLASSES[name](word)


def end_tilt(answer: str, tilt: Tilt) -> float:
    """What a tilt adds to the score of ending an answer here.

    >>> end_tilt("And you?", (("the end without a question", -4.0),))
    0
    """
    return sum(amount for name, amount in tilt if name in _ENDS and _ENDS[name](answer))
