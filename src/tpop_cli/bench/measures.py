"""Measures of what steering can cost: quotes, repetition, wrong answers, lost topics, fences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..core.text_parts import in_code_fence


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


def names_answer(answers: str, text: str) -> bool:
    """Whether an expected answer is in the text, as whole words.

    Args:
        answers: regular expressions, separated by |.
        text: the text.
    """
    return re.search(rf"(?<![\w.,-])(?:{answers})(?!\w|[.,]\d)", text, re.IGNORECASE) is not None


def covers_topic(prompt: str, stems: str, text: str) -> bool:
    """Whether the text has two words of the topic, at least one of which is not in the prompt.

    A text that only repeats the question is not on its topic, and one that answers it in other
    words is.

    Args:
        prompt: the question.
        stems: beginnings of words that answers to the question use, separated by spaces.
        text: the answer.
    """

    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower())
    hits = [stem for stem in stems.split() if any(word.startswith(stem) for word in words)]
    return len(hits) >= 2 and any(stem not in prompt.lower() for stem in hits)


def fences_whole(text: str, finished: bool = True) -> bool:
    """Whether every code fence that the text opens is closed.

    Args:
        text: the answer.
        finished: False if the answer was cut. Its last fence may then be open.
    """
    return not finished or not in_code_fence(text)
