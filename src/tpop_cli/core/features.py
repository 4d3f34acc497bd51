"""Text features: what can be read off an answer's surface, and tells most of what a person likes.

`text_features` gives F raw numbers; `SPREAD` is the standard deviation of each between answers to one
prompt, so that a difference of one means "as different as two answers of this model usually are".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?。！？]+(?=\s|$)")
_LIST_ITEM = re.compile(r"^\s*(?:[-*•+]|\d{1,3}[.)])\s+\S", re.MULTILINE)
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+\S|\*\*[^*\n]+\*\*:?\s*$)", re.MULTILINE)
YOU = frozenset("you your yours yourself you're you'll you've you'd".split())
I_WE = frozenset("i i'm i've i'd i'll me my mine myself we we're we've our ours us let's".split())
WARM = frozenset(
    "great wonderful amazing fantastic love lovely enjoy happy excited exciting awesome fun beautiful "
    "delightful perfect glad joy best favorite favourite absolutely brilliant".split()
)
_HEDGE = frozenset(
    "may might could perhaps possibly probably often sometimes usually generally typically".split()
)
IMAGE = frozenset(
    "like bright dark warm cold soft sweet golden deep light sun sky sea ocean river fire glow shining "
    "whisper dance dancing imagine picture colorful colourful vibrant gentle sparkling breath heart".split()
)
_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|such as|e\.g\.|like when|imagine)\b", re.IGNORECASE
)


class _Reading:
    """One answer taken apart once, so that every feature reads from the same pieces."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [w.lower().replace("’", "'") for w in _WORD.findall(text)]
        self.n = max(1, len(self.words))
        self.sentences = max(1, len(_SENTENCE_END.findall(text)))
        self.lines = [line for line in text.splitlines() if line.strip()]
        self.items = len(_LIST_ITEM.findall(text))

    def per_hundred(self, count: float) -> float:
        return math.log1p(100.0 * count / self.n)

    def share_of(self, words: frozenset[str]) -> float:
        return self.per_hundred(sum(word in words for word in self.words))


# name -> what it measures. Counts are logarithms of rates, so that one long answer does not outweigh all.
_FEATURES: dict[str, Callable[[_Reading], float]] = {
    "length": lambda r: math.log1p(len(r.words)),
    "sentence length": lambda r: math.log(r.n / r.sentences),
    "word length": lambda r: sum(map(len, r.words)) / r.n,
    "long words": lambda r: sum(len(word) >= 8 for word in r.words) / r.n,
    "list items": lambda r: math.log1p(r.items),
    "list share": lambda r: r.items / max(1, len(r.lines)),
    "line breaks": lambda r: math.log1p(max(0, len(r.lines) - 1)),
    "headings and bold": lambda r: math.log1p(
        len(_HEADING.findall(r.text)) + r.text.count("**") / 2
    ),
    "exclamation marks": lambda r: r.per_hundred(r.text.count("!")),
    "questions": lambda r: r.per_hundred(r.text.count("?")),
    "ends with a question": lambda r: float(r.text.rstrip().endswith("?")),
    "addresses you": lambda r: r.share_of(YOU),
    "says I or we": lambda r: r.share_of(I_WE),
    "numbers": lambda r: r.per_hundred(
        sum(ch.isdigit() for ch in re.sub(r"(?m)^\s*\d{1,3}[.)]", "", r.text))
    ),
    "examples": lambda r: r.per_hundred(len(_EXAMPLE.findall(r.text))),
    "commas": lambda r: r.per_hundred(r.text.count(",")),
    "warm words": lambda r: r.share_of(WARM),
    "hedges": lambda r: r.share_of(_HEDGE),
    "images": lambda r: r.share_of(IMAGE),
}

FEATURES: tuple[str, ...] = tuple(_FEATURES)
"""The names of the F features, in the order of every feature vector."""

SPREAD: npt.NDArray[np.float64] = np.array(
    [
        0.74,
        0.49,
        0.57,
        0.08,
        0.69,
        0.34,
        0.66,
        0.35,
        0.54,
        0.43,
        0.35,
        0.74,
        0.77,
        0.66,
        0.35,
        0.55,
        0.56,
        0.40,
        0.55,
    ]
)
"""Standard deviation of each feature between answers to one prompt, plain and steered, shape (F,): measured on
tuning prompts with the starter model, at least 0.35 for features that most answers lack altogether."""


def text_features(text: str) -> npt.NDArray[np.float64]:
    """The raw features of one text, shape (F,), finite for any string.

    >>> bool(text_features("Hi! You win.")[FEATURES.index("exclamation marks")] > 3)
    True
    """
    reading = _Reading(text)
    return np.array([measure(reading) for measure in _FEATURES.values()])
