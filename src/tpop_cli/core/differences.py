"""How two answers differ in what is measured of them, in words: "42% shorter", "no list"."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .features import FEATURES, SPREAD, text_features

_LEAST = 0.25  # spreads: a smaller difference is not noticed
_TWICE = 2.0  # from this ratio on, a length is told as a multiple


@dataclass(frozen=True)
class Difference:
    """One difference of a text from another one.

    Args:
        feature: the feature that differs.
        spreads: by how much, in units of the feature's spread.
        words: the difference in words.
    """

    feature: str
    spreads: float
    words: str


def differences(before: str, after: str, most: int = 5) -> list[Difference]:
    """How a text differs from another one: first in length, then the largest difference first.

    There are none if a text has no words.

    Args:
        before: the text that the other is compared with.
        after: the text that is described.
        most: how many differences are returned at most.

    >>> [one.words for one in differences("Hi! Tea is hot. Is it?", "Tea is hot.", most=3)]
    ['50% shorter', 'no exclamation marks', 'no question at the end']
    """
    x, y = (
        dict(zip(FEATURES, text_features(text).tolist(), strict=True)) for text in (before, after)
    )
    if not (x["length"] and y["length"]):
        return []
    found = []
    for feature, spread in zip(FEATURES, SPREAD.tolist(), strict=True):
        spreads = (y[feature] - x[feature]) / spread
        words = _words(feature, x, y)
        if words and abs(spreads) >= _LEAST:
            found.append(Difference(feature, spreads, words))
    if any(one.feature == "ends with a question" for one in found):
        found = [one for one in found if one.feature != "questions"]
    return sorted(found, key=lambda one: (one.feature != "length", -abs(one.spreads)))[:most]


def _words(feature: str, x: dict[str, float], y: dict[str, float]) -> str:
    """The difference of one feature in words; empty if there is none to tell."""
    if feature in _OMITTED:
        return ""
    before, after = x[feature], y[feature]
    if feature in _SPECIAL:
        return _SPECIAL[feature](before, after)
    if feature in _COUNTED or feature in _RATES:
        one, several = (_COUNTED | _RATES)[feature]
        rated = feature in _RATES
        n, m = (_count(values, feature, rated) for values in (x, y))
        if n == m:
            return ""
        if m == 0:
            return f"no {several}"
        return f"{abs(n - m)} {'more' if m > n else 'fewer'} {one if abs(n - m) == 1 else several}"
    more, less = _DEGREES.get(feature, (f"more {feature}", f"less {feature}"))
    return more if after > before else less


def _count(values: dict[str, float], feature: str, rated: bool) -> int:
    """How many there are, from the logarithm of their number, or of their rate per 100 words."""
    n_words = max(1.0, math.expm1(values["length"]))
    return round(math.expm1(values[feature]) * (n_words / 100 if rated else 1.0))


def _length(before: float, after: float) -> str:
    n, m = math.expm1(before), math.expm1(after)
    if m >= _TWICE * n:
        return f"{m / n:.1f} times as long"
    percent = round(100 * abs(m / n - 1))
    return f"{percent}% {'longer' if m > n else 'shorter'}" if percent else ""


def _sentence_length(before: float, after: float) -> str:
    n, m = round(math.exp(before)), round(math.exp(after))
    return f"{'longer' if m > n else 'shorter'} sentences ({m} words, not {n})" if n != m else ""


def _ending(before: float, after: float) -> str:
    return "a question at the end" if after > before else "no question at the end"


def _present(what: str) -> Callable[[float, float], str]:
    return lambda before, after: what if after > before else f"no {what}"


_SPECIAL: dict[str, Callable[[float, float], str]] = {
    "length": _length,
    "sentence length": _sentence_length,
    "ends with a question": _ending,
    "preamble": _present("greeting or praise at the start"),
    "closing offer": _present("offer of more help at the end"),
}

_COUNTED = {
    "list items": ("list item", "list items"),
    "line breaks": ("line break", "line breaks"),
}
_RATES = {
    "exclamation marks": ("exclamation mark", "exclamation marks"),
    "questions": ("question", "questions"),
    "examples": ("example", "examples"),
    "emoji": ("emoji", "emoji"),
}
_DEGREES = {
    "word length": ("longer words", "shorter words"),
    "long words": ("more long words", "fewer long words"),
    "headings and bold": ("more headings and bold text", "less headings and bold text"),
    "addresses you": ('says "you" more', 'says "you" less'),
    "says I or we": ('says "I" and "we" more', 'says "I" and "we" less'),
    "numbers": ("more numbers", "fewer numbers"),
    "warm words": ("warmer words", "fewer warm words"),
    "hedges": ("more hedging", "less hedging"),
    "caveats": ("more caveats", "fewer caveats"),
    "agreement": ("agrees more", "agrees less"),
    "dashes": ("more dashes", "fewer dashes"),
    "not X but Y": ('more "not X but Y"', 'less "not X but Y"'),
    "code share": ("more of it code", "less of it code"),
    "images": ("more vivid words", "fewer vivid words"),
}
_OMITTED = {"list share", "commas"}  # other features say the same, or nobody would say it
