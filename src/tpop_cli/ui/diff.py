"""Marks the differences between two texts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from rich.text import Text

from .clean import clean

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


def mark_differences(first: str, second: str, styles: tuple[str, str]) -> tuple[Text, Text]:
    """Both texts: words that the other text lacks in bold and a style, shared words dim.

    Args:
        first, second: the texts.
        styles: Rich styles for the differences in the first and in the second text.
    """
    pieces = [_PIECES.findall(clean(text).strip("\n")) for text in (first, second)]
    lowered = [[piece.lower() for piece in text] for text in pieces]
    matcher = difflib.SequenceMatcher(a=lowered[0], b=lowered[1], autojunk=False)
    marked = Text(), Text()
    for kind, a, b, c, d in matcher.get_opcodes():
        for text, part, style in zip(marked, (pieces[0][a:b], pieces[1][c:d]), styles, strict=True):
            _append(text, part, "dim" if kind == "equal" else f"bold {style}")
    return marked


def _append(text: Text, pieces: Sequence[str], style: str) -> None:
    if pieces:
        text.append("".join(pieces), style)
