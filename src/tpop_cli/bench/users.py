"""Simulated users: tastes as formulas over a text, and users who err, guess or change their mind.

Most formulas are not text features of the reward: they count other words, or combine several
measures. A real person's taste need not be one of the reward's features either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Measure = Callable[[str], float]
"""A number read off a text."""

_WORD = re.compile(r"[A-Za-z']+")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)

_COMMON = frozenset(
    "the of and a to in is you that it he was for on are as with his they i at be this have from "
    "or one had by word but not what all were we when your can said there use an each which she do "
    "how their if will up other about out many then them these so some her would make like him "
    "into time has look two more write go see number no way could people my than first water been "
    "call who oil its now find long down day did get come made may part over new sound take only "
    "little work know place year live me back give most very after thing our just name good "
    "sentence man think say great where help through much before line right too mean old any same "
    "tell boy follow came want show also around form three small set put end does another well "
    "large must big even such because turn here why ask went men read need land different home us "
    "move try kind hand picture again change off play air away animal house point page letter "
    "mother answer found study still learn should world high every near add food between own below "
    "keep eye sun let thought city tree start light feel hot cold eat drink sleep run walk happy "
    "sad fun easy nice".split()
)
_POSITIVE = frozenset(
    "amazing awesome beautiful best bright brilliant celebrate cheer cheerful delight delightful "
    "delicious enjoy excellent excited exciting fantastic favorite friend fun glad good great "
    "happy hope incredible joy kind laugh love lovely magic nice perfect pleasure proud smile "
    "super sweet thank thrilled welcome win wonderful wow yay".split()
)
_SENSES = frozenset(
    "see saw hear heard smell taste touch feel felt look glow shine shimmer sparkle whisper roar "
    "rustle crisp soft rough smooth bitter sweet salty red orange yellow green blue purple white "
    "black gold silver crimson amber scarlet warm cool icy hot cold bright dark shadow mist breeze "
    "wind rain leaves petals waves moonlight sunlight sunset fragrant aroma scent gentle vast tiny "
    "towering vibrant lush golden like".split()
)
_INTENSE = frozenset(
    "very really so truly incredibly absolutely extremely totally completely always never "
    "definitely just super such quite pretty especially simply".split()
)
# Articles and prepositions. Heylighen & Dewaele (2002) count them, with nouns, as formal.
_NOMINAL = frozenset(
    "the a an of in on at by for with from to into onto over under between among through during "
    "within without against across upon towards per via as".split()
)
_WRITER = frozenset("i i'm i've i'd i'll me my mine we we're we've us our ours let's".split())
_READER = frozenset("you your yours yourself you're you'll you've".split())


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def share(text: str, vocabulary: frozenset[str]) -> float:
    """How many of a hundred words are in the vocabulary."""
    found = words(text)
    return 100.0 * sum(word in vocabulary for word in found) / max(1, len(found))


def syllables_per_word(text: str) -> float:
    """Groups of vowels per word."""
    found = words(text)
    return sum(max(1, len(_VOWELS.findall(word))) for word in found) / max(1, len(found))


def grade_level(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975)."""
    sentences = max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))
    return 0.39 * len(words(text)) / sentences + 11.8 * syllables_per_word(text) - 15.59


def list_share(text: str) -> float:
    """The share of non-empty lines that are list items."""
    return len(_ITEM.findall(text)) / max(1, sum(bool(line.strip()) for line in text.splitlines()))


def upbeat(text: str) -> float:
    """Positive words and exclamation marks per hundred words."""
    return share(text, _POSITIVE) + 100.0 * text.count("!") / max(1, len(words(text)))


def concrete(text: str) -> float:
    """Numbers, names and three times the examples per hundred words."""
    body = _ITEM.sub("", text)
    found = len(re.findall(r"\d+", body)) + len(re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+", body))
    return (
        100.0
        * (found + 3 * len(re.findall(r"for example|for instance|such as", body, re.I)))
        / max(1, len(words(body)))
    )


def sober(text: str) -> float:
    """Higher with fewer positive words, ! and ? marks, intensifiers and words for the reader."""
    marks = 100.0 * text.count("?") / max(1, len(words(text)))
    return -upbeat(text) - marks - share(text, _INTENSE) - 0.5 * share(text, _READER)


def impersonal(text: str) -> float:
    """Higher with fewer words for writer and reader, and slightly with more nominal words."""
    return -share(text, _READER | _WRITER) + 0.1 * share(text, _NOMINAL)


def ends_asking(text: str) -> float:
    """2 for a question mark at the very end, and ½ for one in the last 200 characters."""
    return 2.0 * text.rstrip().endswith("?") + 0.5 * ("?" in text[-200:])


@dataclass(frozen=True)
class User:
    """A simulated user.

    Args:
        name: in tables.
        measure: the user prefers the text for which this is higher.
        flipped: the share of picks that go the wrong way.
        indifferent: whether picks are random.
        reverses_after: the number of duels after which the user prefers the opposite; 0: never.
    """

    name: str
    measure: Measure
    flipped: float = 0.0
    indifferent: bool = False
    reverses_after: int = 0

    @property
    def consistent(self) -> bool:
        """Whether every pick follows one taste that never changes."""
        return not (self.flipped or self.indifferent or self.reverses_after)

    def outcome(self, first: str, second: str, n: int, rng: np.random.Generator) -> float:
        """The pick between two texts in duel n, counted from 0.

        Returns:
            1 for the first text, 0 for the second, ½ for a tie.
        """
        if self.indifferent:
            return float(rng.random() < 0.5)
        a, b = self.measure(first), self.measure(second)
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
    User("simple words", lambda t: share(t, _COMMON)),
    User("academic", grade_level),
    User("lists", list_share),
    User("prose", lambda t: -float(t.count("\n")) - list_share(t)),
    User("upbeat", upbeat),
    User("sober", sober),
    User("addresses the reader", lambda t: share(t, _READER)),
    User("impersonal", impersonal),
    User("vivid", lambda t: share(t, _SENSES)),
    User("concrete", concrete),
    User("question at the end", ends_asking),
    User("short and upbeat", lambda t: -len(t) / 300.0 + upbeat(t) / 4.0),
)
"""Users without errors or changes. Reported means are over these."""

DIFFICULT: tuple[User, ...] = (
    User("simple words, 15% flipped", CONSISTENT[2].measure, flipped=0.15),
    User("indifferent", _short, indifferent=True),
    User("short, then long", _short, reverses_after=20),
    User("academic, then simple", grade_level, reverses_after=20),
)
"""Users who err, guess, or reverse their taste after 20 duels."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]?")
_GLAD = frozenset(
    "great love wonderful fun happy enjoy amazing best exciting beautiful perfect awesome "
    "glad yes".split()
)
_VISIBLE = frozenset(
    "red orange yellow green blue purple white black golden silver brown bright dark warm cold "
    "soft loud quiet sweet imagine picture feel smell sound shining glowing like".split()
)


def _sentences_with(text: str, vocabulary: frozenset[str]) -> float:
    """The share of sentences that contain a word of the vocabulary."""
    found = [set(words(sentence)) for sentence in _SENTENCE.findall(text) if words(sentence)]
    return sum(bool(sentence & vocabulary) for sentence in found) / max(1, len(found))


def _letters_per_word(text: str) -> float:
    return sum(map(len, words(text))) / max(1, len(words(text)))


def _excitement(text: str) -> float:
    return 3.0 * text.count("!") / max(1, len(_SENTENCE.findall(text))) + _sentences_with(
        text, _GLAD
    )


TUNING: tuple[User, ...] = (
    User("terse", lambda t: -float(len(words(t)))),
    User("expansive", lambda t: float(len(_SENTENCE.findall(t)))),
    User("short words", lambda t: -_letters_per_word(t)),
    User("learned", lambda t: sum(len(word) > 8 for word in words(t)) / max(1, len(words(t)))),
    User("items", lambda t: float(len(_ITEM.findall(t)))),
    User("one paragraph", lambda t: -float(len([line for line in t.splitlines() if line.strip()]))),
    User("excited", _excitement),
    User("calm", lambda t: -_excitement(t) + _letters_per_word(t) / 10.0),
    User("speaks to me", lambda t: _sentences_with(t, frozenset({"you", "your"}))),
    User(
        "third person",
        lambda t: (
            _letters_per_word(t) / 20.0
            - _sentences_with(t, frozenset("i you your we our my".split()))
        ),
    ),
    User("colourful", lambda t: _sentences_with(t, _VISIBLE)),
    User(
        "facts",
        lambda t: (
            float(len(re.findall(r"\d|(?<=[a-z] )[A-Z]", _ITEM.sub("", t)))) / max(1, len(words(t)))
        ),
    ),
    User("asks back", lambda t: float("?" in t.strip()[-60:])),
    User("terse and excited", lambda t: 2.0 * _excitement(t) - len(words(t)) / 50.0),
)
"""Users to tune on. Their formulas differ from those above, by which nothing is ever chosen."""

TUNING_DIFFICULT: tuple[User, ...] = (
    User("short words, 15% flipped", TUNING[2].measure, flipped=0.15),
    User("a coin", TUNING[0].measure, indifferent=True),
    User("terse, then not", TUNING[0].measure, reverses_after=20),
)
"""Difficult users to tune on."""

USERS: Mapping[str, User] = {
    user.name: user for user in (*CONSISTENT, *DIFFICULT, *TUNING, *TUNING_DIFFICULT)
}
"""Every user by name."""
