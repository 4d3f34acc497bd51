"""A chat as Markdown and on the clipboard."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from tpop_cli.ui.chat import clipboard_sequence, transcript


@dataclass
class Turn:
    question: str
    answer: str


def test_a_transcript_quotes_every_line_of_a_question() -> None:
    turns = [Turn("Why?\nReally?", "Because.\n"), Turn("So?", "- one\n- two")]
    assert transcript(turns) == "> Why?\n> Really?\n\nBecause.\n\n> So?\n\n- one\n- two"


def test_the_clipboard_sequence_carries_the_text_in_base64() -> None:
    start, end = "\x1b]52;c;", "\x07"
    sequence = clipboard_sequence("日本語 \x1b[31m")
    assert sequence.startswith(start) and sequence.endswith(end)
    body = sequence.removeprefix(start).removesuffix(end)
    assert base64.b64decode(body).decode() == "日本語 \x1b[31m"
