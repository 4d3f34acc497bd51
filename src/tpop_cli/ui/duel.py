"""The duel's view: two candidates side by side, or one above the other where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.panel import Panel
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from .clean import clean

SIDE_BY_SIDE = 110
"""From this many columns on, candidates stand side by side."""

KEYS = (
    ("1", "first is better"),
    ("2", "second is better"),
    ("=", "a tie"),
    ("x", "both bad"),
    ("s", "skip"),
    ("r", "redo"),
)


@dataclass(frozen=True)
class Side:
    """What is shown of one candidate: never which arm it is.

    Args:
        text: the answer so far.
        done: whether it is finished.
        note: a word about how it ended, if it did not end by itself.
    """

    text: str
    done: bool
    note: str = ""


class Tail:
    """Shows the last lines of a renderable that is taller than its room, so that streaming text scrolls."""

    def __init__(self, inner: RenderableType, height: int) -> None:
        self._inner, self._height = inner, height

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self._inner, options.update(height=None), pad=True)
        for line in lines[-self._height :]:
            yield from line
            yield Segment.line()


def duel_view(sides: Sequence[Side], width: int, height: int | None, colors: tuple[str, str]) -> RenderableType:
    """Both candidates, in the order they are given.

    Args:
        sides: two of them.
        width: columns of the terminal.
        height: rows there are for the view while it streams; None shows all of both, Markdown rendered.
        colors: border styles of the first and the second panel.

    Returns:
        A renderable of at most `height` rows.
    """
    beside = width >= SIDE_BY_SIDE
    room = None if height is None else max(1, (height if beside else height // 2) - 2)
    panels = [
        Panel(
            _body(side, room),
            title=Text(f" {number} "),
            title_align="left",
            subtitle=Text(_status(side)),
            subtitle_align="right",
            border_style=color,
            padding=(0, 1),
        )
        for number, side, color in zip("12", sides, colors, strict=True)
    ]
    if not beside:
        return Group(*panels)
    grid = Table.grid(expand=True, padding=0)
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    grid.add_row(*panels)
    return grid


def _body(side: Side, room: int | None) -> RenderableType:
    text = clean(side.text).strip("\n")
    if room is None:
        return markdown(text)
    return Tail(Text(text or "…", overflow="fold"), room)


def _status(side: Side) -> str:
    return side.note if side.done else "writing…"


def markdown(text: str) -> RenderableType:
    """A model's answer, Markdown rendered, with the addresses of links shown."""
    return Markdown(clean(text) or " ", hyperlinks=False)


def keys_line(keys: Sequence[tuple[str, str]] = KEYS) -> Text:
    """The footer: which key does what."""
    line = Text(" ")
    for key, meaning in keys:
        line.append(f" {key} ", style="reverse")
        line.append(f" {meaning}   ", style="dim")
    return line
