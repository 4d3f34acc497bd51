"""Formulas over a text for tastes in openings, formatting, emoji, certainty, endings and code.

They share nothing with the reward's features: they count other words, in other places. Those with
"tuned" in their name are for users to tune on.
"""

from __future__ import annotations

import re
import unicodedata

from .formulas import share, words

_GREETERS = frozenset(
    "certainly sure absolutely hello hi hey welcome thanks thank glad happy question great here's "
    "course gladly dear help".split()
)
_SOFT = frozenset(
    "can may might could likely seems seem tend tends some roughly about usually often".split()
)
_FIRM = frozenset("is are must always never all every will exactly clearly certainly".split())
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def _sentences(text: str) -> list[str]:
    return [s.strip() for s in _SENTENCE.findall(text) if s.strip()]


def greeting(text: str) -> float:
    """Words of greeting, help and praise among the first twenty."""
    return float(sum(word in _GREETERS for word in words(text)[:20]))


def tuned_greeting(text: str) -> float:
    """Marks of ! and ? and the words *you*, *I* and *we* in the first two sentences."""
    start = " ".join(_sentences(text)[:2])
    return float(sum(word in {"you", "your", "i", "i'm", "we"} for word in words(start))) + sum(
        map(start.count, "!?")
    )


def markup(text: str) -> float:
    """Characters of Markdown's markup in a hundred characters."""
    return 100.0 * sum(map(text.count, "#*_`|")) / max(1, len(text))


def tuned_markup(text: str) -> float:
    """Lines that are a heading or have words in bold, and short lines that end with a colon."""
    return float(
        sum(
            line.lstrip().startswith("#") or "**" in line or (line.endswith(":") and len(line) < 40)
            for line in text.splitlines()
        )
    )


def pictographs(text: str) -> float:
    """Symbols that are neither letters, digits nor marks of maths or money, in 100 characters."""
    return 100.0 * sum(unicodedata.category(c) == "So" for c in text) / max(1, len(text))


def tuned_pictographs(text: str) -> float:
    """Characters beyond the basic plane."""
    return float(sum(ord(c) > 0xFFFF for c in text))


def softness(text: str) -> float:
    """Words that soften, minus words that assert, in a hundred words."""
    return share(text, _SOFT) - 0.3 * share(text, _FIRM)


def tuned_softness(text: str) -> float:
    """The share of sentences with an *if*, *but*, *may*, *might*, *could* or *perhaps*."""
    soft = {"if", "but", "may", "might", "could", "perhaps", "however", "depends", "sometimes"}
    every = _sentences(text)
    return sum(bool(soft & set(words(s))) for s in every) / max(1, len(every))


def farewell(text: str) -> float:
    """Words such as *you* and *help*, and marks ! and ?, in the last 100 characters."""
    end = text.rstrip()[-100:]
    kind = {"you", "your", "help", "questions", "know", "hope", "enjoy", "luck", "more"}
    return float(sum(word in kind for word in words(end))) + sum(map(end.count, "!?"))


def tuned_farewell(text: str) -> float:
    """Whether the last sentence speaks to the reader or of the writer, or asks."""
    last = (_sentences(text) or [""])[-1]
    return float(last.endswith(("?", "!"))) + float(
        bool({"you", "your", "i", "me", "we", "let"} & set(words(last)))
    )


def talk(text: str) -> float:
    """Words outside fenced code."""
    return float(len(words("".join(text.split("```")[0::2]))))


def tuned_talk(text: str) -> float:
    """Lines outside fenced code that end as sentences do."""
    outside = "".join(text.split("```")[0::2]).splitlines()
    return float(sum(line.rstrip().endswith((".", ":", "!")) for line in outside))
