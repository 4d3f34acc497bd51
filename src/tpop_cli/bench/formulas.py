"""Formulas over a text, by which simulated users have a taste.

Most of them are not text features of the reward: they count other words, or combine several
measures. A real person's taste need not be one of the reward's features either.
"""

from __future__ import annotations

import math
import re

_WORD = re.compile(r"[A-Za-z']+")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)

COMMON = frozenset(
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
SENSES = frozenset(
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
READER = frozenset("you your yours yourself you're you'll you've".split())


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


def words_per_sentence(text: str) -> float:
    """The mean number of words of a sentence."""
    return len(words(text)) / max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))


def grade_level(text: str) -> float:
    """Flesch-Kincaid grade level (Kincaid et al. 1975)."""
    return 0.39 * words_per_sentence(text) + 11.8 * syllables_per_word(text) - 15.59


def list_share(text: str) -> float:
    """The share of non-empty lines that are list items."""
    return len(ITEM.findall(text)) / max(1, sum(bool(line.strip()) for line in text.splitlines()))


def upbeat(text: str) -> float:
    """Positive words and exclamation marks per hundred words."""
    return share(text, _POSITIVE) + 100.0 * text.count("!") / max(1, len(words(text)))


def concrete(text: str) -> float:
    """Numbers, names and three times the examples per hundred words."""
    body = ITEM.sub("", text)
    found = len(re.findall(r"\d+", body)) + len(re.findall(r"(?<=[a-z,;] )[A-Z][a-z]+", body))
    return (
        100.0
        * (found + 3 * len(re.findall(r"for example|for instance|such as", body, re.I)))
        / max(1, len(words(body)))
    )


def sober(text: str) -> float:
    """Higher with fewer positive words, ! and ? marks, intensifiers and words for the reader."""
    marks = 100.0 * text.count("?") / max(1, len(words(text)))
    return -upbeat(text) - marks - share(text, _INTENSE) - 0.5 * share(text, READER)


def impersonal(text: str) -> float:
    """Higher with fewer words for writer and reader, and slightly with more nominal words."""
    return -share(text, READER | _WRITER) + 0.1 * share(text, _NOMINAL)


def ends_asking(text: str) -> float:
    """2 for a question mark at the very end, and ½ for one in the last 200 characters."""
    return 2.0 * text.rstrip().endswith("?") + 0.5 * ("?" in text[-200:])


# -- formulas to tune on ---------------------------------------------------------------------------

SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]?")
_GLAD = frozenset(
    "great love wonderful fun happy enjoy amazing best exciting beautiful perfect awesome "
    "glad yes".split()
)
VISIBLE = frozenset(
    "red orange yellow green blue purple white black golden silver brown bright dark warm cold "
    "soft loud quiet sweet imagine picture feel smell sound shining glowing like".split()
)


def sentences_with(text: str, vocabulary: frozenset[str]) -> float:
    """The share of sentences that contain a word of the vocabulary."""
    found = [set(words(sentence)) for sentence in SENTENCE.findall(text) if words(sentence)]
    return sum(bool(sentence & vocabulary) for sentence in found) / max(1, len(found))


def letters_per_word(text: str) -> float:
    """The mean length of a word."""
    return sum(map(len, words(text))) / max(1, len(words(text)))


def excitement(text: str) -> float:
    """Exclamation marks a sentence, and the share of sentences with a glad word."""
    return 3.0 * text.count("!") / max(1, len(SENTENCE.findall(text))) + sentences_with(text, _GLAD)


# -- formulas of users with a middle ---------------------------------------------------------------


def near(value: float, target: float) -> float:
    """Higher the nearer a positive value is to a target, by their ratio; at most 0.

    >>> near(60, 60) == 0, near(30, 60) == near(120, 60)
    (True, True)
    """
    return -abs(math.log(value / target)) if value > 0 else -math.inf


def flesch_reading_ease(text: str) -> float:
    """Flesch reading ease (Flesch 1948): 60 is plain English, 30 is academic, 90 is for a child."""
    return 206.835 - 1.015 * words_per_sentence(text) - 84.6 * syllables_per_word(text)
