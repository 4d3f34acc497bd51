"""A chat as Markdown or on the clipboard, and its use of the context."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Protocol


class _Turn(Protocol):
    question: str
    answer: str


def transcript(turns: Sequence[_Turn]) -> str:
    """A chat as Markdown: questions as quotes, answers unchanged."""
    parts = []
    for turn in turns:
        quoted = "\n".join(f"> {line}" for line in turn.question.splitlines())
        parts.append(f"{quoted}\n\n{turn.answer.strip()}")
    return "\n\n".join(parts)


def context_usage(used: int, n_ctx: int) -> str:
    """How many tokens of the context a chat takes.

    >>> context_usage(1234, 8192)
    '1,234 of 8,192 tokens'
    """
    return f"{used:,} of {n_ctx:,} tokens"


def clipboard_sequence(text: str) -> str:
    """The escape sequence (OSC 52) that asks a terminal to copy a text; it also works over ssh."""
    return f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode()}\x07"
