"""Two texts with their differences marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from rich.text import Text

from .clean import clean

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


def marked(first: str, second: str, styles: tuple[str, str]) -> tuple[Text, Text]:
    """Both texts; the words that only one of them has are styled, the others dim."""
    pieces = [_PIECES.findall(clean(text).strip("\n")) for text in (first, second)]
    lowered = [[piece.lower() for piece in one] for one in pieces]
    matcher = difflib.SequenceMatcher(a=lowered[0], b=lowered[1], autojunk=False)
    shown = Text(), Text()
    for kind, a, b, c, d in matcher.get_opcodes():
        for text, part, style in zip(shown, (pieces[0][a:b], pieces[1][c:d]), styles, strict=True):
            _append(text, part, "dim" if kind == "equal" else f"bold {style}")
    return shown


def _append(text: Text, pieces: Sequence[str], style: str) -> None:
    if pieces:
        text.append("".join(pieces), style)
