"""Text features: what can be measured on the surface of an answer.

`text_features` gives F raw numbers. `SPREAD` is the standard deviation of each between answers to
one prompt, so a scaled difference of 1 means "as different as two answers of this model usually
are".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .phrases import (
    HEDGES,
    count_agreement,
    count_caveats,
    count_contrasts,
    count_dashes,
    count_hedges_without_spaces,
    has_closing_offer,
    has_preamble,
)
from .text_parts import (
    COMMAS,
    EXCLAMATIONS,
    code_share,
    count_emoji,
    count_list_items,
    count_marks,
    count_questions,
    count_sentences,
    ends_with_question,
    without_list_numbers,
    words,
)

# See `core.text_parts` on the time that expressions take.
_HEADING = re.compile(r"^[^\S\n]*(?:#{1,6}\s+\S|\*\*[^*\n]+\*\*:?[^\S\n]*$)", re.MULTILINE)
_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|such as|e\.g\.|like when|imagine)\b", re.IGNORECASE
)

YOU = frozenset("you your yours yourself you're you'll you've you'd".split())
I_WE = frozenset("i i'm i've i'd i'll me my mine myself we we're we've our ours us let's".split())
WARM = frozenset(
    "great wonderful amazing fantastic love lovely enjoy happy excited exciting awesome fun "
    "beautiful delightful perfect glad joy best favorite favourite absolutely brilliant".split()
)
IMAGE = frozenset(
    "like bright dark warm cold soft sweet golden deep light sun sky sea ocean river fire glow "
    "shining whisper dance dancing imagine picture colorful colourful vibrant gentle sparkling "
    "breath heart".split()
)


class _ParsedText:
    """An answer split once into the parts that the features share."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words(text)
        self.n = max(1, len(self.words))
        self.sentences = max(1, count_sentences(text))
        self.lines = [line for line in text.splitlines() if line.strip()]
        self.items = count_list_items(text)

    def log_rate(self, count: float) -> float:
        """log(1 + count per hundred words)."""
        return math.log1p(100.0 * count / self.n)

    def signed_log_rate(self, count: float) -> float:
        """`log_rate` of the size of a count that may be negative, with its sign."""
        return math.copysign(self.log_rate(abs(count)), count)

    def log_rate_of(self, vocabulary: frozenset[str]) -> float:
        """`log_rate` of the words in a set."""
        return self.log_rate(sum(word in vocabulary for word in self.words))


# Counts enter as logarithms, so that one very long answer does not dominate.
_FEATURES: dict[str, Callable[[_ParsedText], float]] = {
    "length": lambda t: math.log1p(len(t.words)),
    "sentence length": lambda t: math.log(t.n / t.sentences),
    "word length": lambda t: sum(map(len, t.words)) / t.n,
    "long words": lambda t: sum(len(word) >= 8 for word in t.words) / t.n,
    "list items": lambda t: math.log1p(t.items),
    "list share": lambda t: t.items / max(1, len(t.lines)),
    "line breaks": lambda t: math.log1p(max(0, len(t.lines) - 1)),
    "headings and bold": lambda t: math.log1p(
        len(_HEADING.findall(t.text)) + t.text.count("**") / 2
    ),
    "exclamation marks": lambda t: t.log_rate(count_marks(t.text, EXCLAMATIONS)),
    "questions": lambda t: t.log_rate(count_questions(t.text)),
    "ends with a question": lambda t: float(ends_with_question(t.text)),
    "addresses you": lambda t: t.log_rate_of(YOU),
    "says I or we": lambda t: t.log_rate_of(I_WE),
    "numbers": lambda t: t.log_rate(sum(ch.isdigit() for ch in without_list_numbers(t.text))),
    "examples": lambda t: t.log_rate(len(_EXAMPLE.findall(t.text))),
    "commas": lambda t: t.log_rate(count_marks(t.text, COMMAS)),
    "warm words": lambda t: t.log_rate_of(WARM),
    "hedges": lambda t: t.log_rate(
        sum(word in HEDGES for word in t.words) + count_hedges_without_spaces(t.text)
    ),
    "images": lambda t: t.log_rate_of(IMAGE),
    "emoji": lambda t: t.log_rate(count_emoji(t.text)),
    "preamble": lambda t: float(has_preamble(t.text)),
    "closing offer": lambda t: float(has_closing_offer(t.text)),
    "caveats": lambda t: t.log_rate(count_caveats(t.text)),
    "agreement": lambda t: t.signed_log_rate(count_agreement(t.text)),
    "dashes": lambda t: t.log_rate(count_dashes(t.text)),
    "not X but Y": lambda t: t.log_rate(count_contrasts(t.text)),
    "code share": lambda t: code_share(t.text),
}

_SPREADS = {
    "length": 0.74,
    "sentence length": 0.49,
    "word length": 0.57,
    "long words": 0.08,
    "list items": 0.69,
    "list share": 0.34,
    "line breaks": 0.66,
    "headings and bold": 0.35,
    "exclamation marks": 0.54,
    "questions": 0.43,
    "ends with a question": 0.35,
    "addresses you": 0.74,
    "says I or we": 0.77,
    "numbers": 0.66,
    "examples": 0.35,
    "commas": 0.55,
    "warm words": 0.56,
    "hedges": 0.40,
    "images": 0.55,
    "emoji": 0.35,
    "preamble": 0.35,
    "closing offer": 0.35,
    "caveats": 0.35,
    "agreement": 0.35,
    "dashes": 0.35,
    "not X but Y": 0.35,
    "code share": 0.35,
}

FEATURES: tuple[str, ...] = tuple(_FEATURES)
"""The names of the F features, in the order of every feature vector."""

SPREAD: npt.NDArray[np.float64] = np.array([_SPREADS[name] for name in FEATURES])
"""Standard deviation of each feature between answers to one prompt, plain and steered, shape (F,).

Measured on tuning prompts with the starter model (`bench/response_rows.py` prints it), and at least
0.35 for features that most answers lack altogether.
"""


def text_features(text: str) -> npt.NDArray[np.float64]:
    """The raw features of a text, shape (F,), finite for any string.

    >>> bool(text_features("Hi! You win.")[FEATURES.index("exclamation marks")] > 3)
    True
    """
    parsed = _ParsedText(text)
    return np.array([measure(parsed) for measure in _FEATURES.values()])
