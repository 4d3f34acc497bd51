"""Simulated users: tastes as formulas over a text; some err, guess or change their mind."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..core.posterior import sigmoid
from . import manners
from .formulas import (
    COMMON,
    ITEM,
    READER,
    SENSES,
    SENTENCE,
    VISIBLE,
    concrete,
    ends_asking,
    excitement,
    flesch_reading_ease,
    grade_level,
    impersonal,
    letters_per_word,
    list_share,
    near,
    sentences_with,
    share,
    sober,
    upbeat,
    words,
    words_per_sentence,
)

Measure = Callable[[str], float]
"""A number read off a text."""


@dataclass(frozen=True)
class User:
    """A simulated user.

    Args:
        name: in tables.
        measure: the user prefers the text for which this is higher.
        flipped: the share of picks that go the wrong way.
        indifferent: whether picks are random.
        reverses_after: the number of duels after which the user prefers the opposite; 0: never.
        noisy: whether picks are random with the probability of Bradley and Terry, in which the
            measure is the utility.
    """

    name: str
    measure: Measure
    flipped: float = 0.0
    indifferent: bool = False
    reverses_after: int = 0
    noisy: bool = False

    @property
    def consistent(self) -> bool:
        """Whether picks follow one taste that never changes, if with errors as people make them."""
        return not (self.flipped or self.indifferent or self.reverses_after)

    def outcome(self, first: str, second: str, n: int, rng: np.random.Generator) -> float:
        """The pick between two texts in duel n, counted from 0.

        Returns:
            1 for the first text, 0 for the second, ½ for a tie.
        """
        if self.indifferent:
            return float(rng.random() < 0.5)
        a, b = self.measure(first), self.measure(second)
        if self.noisy:
            return float(rng.random() < sigmoid(a - b))
        if a == b:
            return 0.5
        picks_first = a > b
        if self.reverses_after and n >= self.reverses_after:
            picks_first = not picks_first
        if self.flipped and rng.random() < self.flipped:
            picks_first = not picks_first
        return float(picks_first)

    def prefers(self, text: str, other: str, n: int = 0) -> float:
        """The true preference after n duels, without errors: 1 for `text`, 0 for `other`, or ½."""
        a, b = self.measure(text), self.measure(other)
        if self.reverses_after and n > self.reverses_after:
            a, b = b, a
        return 0.5 if a == b else float(a > b)


def _short(text: str) -> float:
    return -float(len(text))


CONSISTENT: tuple[User, ...] = (
    User("short", _short),
    User("long", lambda t: float(len(t))),
    User("simple words", lambda t: share(t, COMMON)),
    User("academic", grade_level),
    User("lists", list_share),
    User("prose", lambda t: -float(t.count("\n")) - list_share(t)),
    User("upbeat", upbeat),
    User("sober", sober),
    User("addresses the reader", lambda t: share(t, READER)),
    User("impersonal", impersonal),
    User("vivid", lambda t: share(t, SENSES)),
    User("concrete", concrete),
    User("question at the end", ends_asking),
    User("short and upbeat", lambda t: -len(t) / 300.0 + upbeat(t) / 4.0),
)
"""Users of extremes, without errors or changes: the more of something, or the less, the better."""

DIFFICULT: tuple[User, ...] = (
    User("simple words, 15% flipped", CONSISTENT[2].measure, flipped=0.15),
    User("indifferent", _short, indifferent=True),
    User("short, then long", _short, reverses_after=20),
    User("academic, then simple", grade_level, reverses_after=20),
)
"""Users who err, guess, or reverse their taste after 20 duels."""

TUNING: tuple[User, ...] = (
    User("terse", lambda t: -float(len(words(t)))),
    User("expansive", lambda t: float(len(SENTENCE.findall(t)))),
    User("short words", lambda t: -letters_per_word(t)),
    User("learned", lambda t: sum(len(word) > 8 for word in words(t)) / max(1, len(words(t)))),
    User("items", lambda t: float(len(ITEM.findall(t)))),
    User("one paragraph", lambda t: -float(len([line for line in t.splitlines() if line.strip()]))),
    User("excited", excitement),
    User("calm", lambda t: -excitement(t) + letters_per_word(t) / 10.0),
    User("speaks to me", lambda t: sentences_with(t, frozenset({"you", "your"}))),
    User(
        "third person",
        lambda t: (
            letters_per_word(t) / 20.0
            - sentences_with(t, frozenset("i you your we our my".split()))
        ),
    ),
    User("colourful", lambda t: sentences_with(t, VISIBLE)),
    User(
        "facts",
        lambda t: (
            float(len(re.findall(r"\d|(?<=[a-z] )[A-Z]", ITEM.sub("", t)))) / max(1, len(words(t)))
        ),
    ),
    User("asks back", lambda t: float("?" in t.strip()[-60:])),
    User("terse and excited", lambda t: 2.0 * excitement(t) - len(words(t)) / 50.0),
)
"""Users to tune on. Their formulas differ from those above, by which nothing is ever chosen."""

TUNING_DIFFICULT: tuple[User, ...] = (
    User("short words, 15% flipped", TUNING[2].measure, flipped=0.15),
    User("a coin", TUNING[0].measure, indifferent=True),
    User("terse, then not", TUNING[0].measure, reverses_after=20),
)
"""Difficult users to tune on."""

MIDDLE: tuple[User, ...] = (
    User("60 words", lambda t: near(len(words(t)), 60)),
    User("100 words", lambda t: near(len(words(t)), 100)),
    User("three items", lambda t: -abs(len(ITEM.findall(t)) - 3.0)),
    User("plain English", lambda t: -abs(flesch_reading_ease(t) - 60.0)),
    User("mildly warm", lambda t: -abs(upbeat(t) - 3.0)),
    User("medium sentences", lambda t: near(words_per_sentence(t), 14)),
)
"""Users who like neither extreme, but an amount. They do not err or change."""

TUNING_MIDDLE: tuple[User, ...] = (
    User("five sentences", lambda t: near(len(SENTENCE.findall(t)), 5)),
    User("400 characters", lambda t: near(len(t), 400)),
    User("two items", lambda t: -abs(len(ITEM.findall(t)) - 2.0)),
    User("middling words", lambda t: -abs(letters_per_word(t) - 4.6)),
    User("one exclamation mark", lambda t: -abs(t.count("!") - 1.0)),
)
"""Users with a middle to tune on. Their formulas differ from those above."""

MANNERS: tuple[User, ...] = (
    User("no greeting", lambda t: -manners.greeting(t)),
    User("a greeting", manners.greeting),
    User("no markup", lambda t: -manners.markup(t)),
    User("markup", manners.markup),
    User("symbols", manners.pictographs),
    User("firm", lambda t: -manners.softness(t)),
    User("soft", manners.softness),
    User("no farewell", lambda t: -manners.farewell(t)),
    User("a farewell", manners.farewell),
)
"""Users with a taste in what people complain of most, without errors or changes."""

TUNING_MANNERS: tuple[User, ...] = (
    User("at once", lambda t: -manners.tuned_greeting(t)),
    User("welcomed", manners.tuned_greeting),
    User("unformatted", lambda t: -manners.tuned_markup(t)),
    User("formatted", manners.tuned_markup),
    User("faces", manners.tuned_pictographs),
    User("no faces", lambda t: -manners.tuned_pictographs(t)),
    User("sure", lambda t: -manners.tuned_softness(t)),
    User("careful", manners.tuned_softness),
    User("stops", lambda t: -manners.tuned_farewell(t)),
    User("sent off", manners.tuned_farewell),
    User("no talk", lambda t: -manners.tuned_talk(t)),
    User("talk", manners.tuned_talk),
)
"""Users of the same kind to tune on. Their formulas differ from those above."""
