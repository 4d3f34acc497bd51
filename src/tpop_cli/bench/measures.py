"""Measures of what steering can cost: quoted instructions, repetition, off-topic answers."""

from __future__ import annotations

import re
from collections.abc import Sequence


def quotes(instructions: Sequence[str], text: str) -> bool:
    """Whether the text contains four consecutive words of an instruction."""

    def words(s: str) -> list[str]:
        return re.findall(r"\w+", s.lower())

    haystack = f" {' '.join(words(text))} "
    for instruction in instructions:
        w = words(instruction)
        if any(f" {' '.join(w[i : i + 4])} " in haystack for i in range(len(w) - 3)):
            return True
    return False


def repeated(tokens: Sequence[int]) -> float:
    """The share of 4-grams of tokens that occurred before in the same answer."""
    grams = [tuple(tokens[i : i + 4]) for i in range(len(tokens) - 3)]
    return 1.0 - len(set(grams)) / len(grams) if grams else 0.0


def on_topic(prompt: str, text: str) -> bool:
    """Whether the text contains the stem of one of the prompt's three longest words.

    These words usually name the subject of the question.
    """
    longest = sorted(re.findall(r"[a-z]+", prompt.lower()), key=len)[-3:]
    return any(word[: max(4, len(word) - 2)] in text.lower() for word in longest)
