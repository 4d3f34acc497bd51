"""A conversation to read elsewhere, and how full its context is."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Protocol


class _Turn(Protocol):
    question: str
    answer: str


def transcript(turns: Sequence[_Turn]) -> str:
    """A conversation as Markdown: questions quoted, answers as they are."""
    parts = []
    for turn in turns:
        quoted = "\n".join(f"> {line}" for line in turn.question.splitlines())
        parts.append(f"{quoted}\n\n{turn.answer.strip()}")
    return "\n\n".join(parts)


def fullness(used: int, n_ctx: int) -> str:
    """How many tokens of the context a chat takes.

    >>> fullness(1234, 8192)
    '1,234 of 8,192 tokens'
    """
    return f"{used:,} of {n_ctx:,} tokens"


def clipboard(text: str) -> str:
    """What a terminal is sent so that it puts a text on the clipboard (OSC 52); it works over ssh, too."""
    return f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode()}\x07"
