"""The duel's view: two candidates side by side, or one above the other where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from rich.columns import Columns
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.panel import Panel
from rich.segment import Segment
from rich.text import Text

from .clean import clean
from .diff import marked

SIDE_BY_SIDE = 110
"""From this many columns on, candidates stand side by side."""

COLORS = ("cyan", "magenta")
"""Of the first and the second candidate."""

_FRAME_COLUMNS, _FRAME_ROWS = 4, 2  # what a panel's border and padding take

KEYS = (
    ("1", "first"),
    ("2", "second"),
    ("=", "tie"),
    ("x", "both bad"),
    ("s", "skip"),
    ("r", "redo"),
    ("v", "page"),
    ("d", "diff"),
    ("e", "why"),
)
"""When both answers are there."""

STOP_KEYS = (("Ctrl-C", "stop"),)
EARLY_KEYS = (("1", "take the first"), ("2", "take the second"), *STOP_KEYS)
"""While they are being written."""

# As Rich's own, which leaves HTML out and hides the address of an image.
_PARSER = (
    MarkdownIt(options_update={"html": False}).enable(["strikethrough", "table"]).disable("image")
)


@dataclass(frozen=True)
class Side:
    """What is shown of one candidate: never which arm it is.

    Args:
        text: the answer so far.
        done: whether it is finished.
        note: a word about how it ended, if it did not end by itself.
        thought: what a reasoning model thought aloud before it.
        hidden: whether it thought something that is not to be shown.
    """

    text: str
    done: bool
    note: str = ""
    thought: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class DuelView:
    """Both candidates, in the order they are given, in frames of the same height.

    Args:
        sides: two of them.
        colors: border styles of the first and the second frame.
        height: rows there are while answers stream: longer ones scroll, so that their ends show. None shows the
            whole of both, Markdown rendered.
        marking: show the whole of both as they were written, with their differences marked.
        titles: what stands above them.
    """

    sides: tuple[Side, Side]
    colors: tuple[str, str] = COLORS
    height: int | None = None
    marking: bool = False
    titles: tuple[str, str] = ("1", "2")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        beside = options.max_width >= SIDE_BY_SIDE
        width = options.max_width // 2 if beside else options.max_width
        inner = options.update(width=max(1, width - _FRAME_COLUMNS), height=None)
        bodies = [console.render_lines(body, inner, pad=True) for body in self._bodies()]
        if self.height is not None:
            room = max(1, (self.height if beside else self.height // 2) - _FRAME_ROWS)
            bodies = [lines[-room:] for lines in bodies]
        tallest = max(map(len, bodies))
        panels = [
            Panel(
                _Lines(lines),
                title=Text(f" {title} "),
                title_align="left",
                subtitle=Text(side.note if side.done else "writing…"),
                subtitle_align="right",
                border_style=color,
                padding=(0, 1),
                width=width,
                height=(tallest if beside else len(lines)) + _FRAME_ROWS,
            )
            for title, side, color, lines in zip(
                self.titles, self.sides, self.colors, bodies, strict=True
            )
        ]
        if beside:
            yield Columns(panels, padding=0)
        else:
            yield from panels

    def _bodies(self) -> Sequence[RenderableType]:
        if self.marking:
            return marked(self.sides[0].text, self.sides[1].text, self.colors)
        if self.height is not None:
            return [thought_and_answer(side) for side in self.sides]
        return [
            Group(
                *([Text(clean(side.thought), "dim italic")] if side.thought else []),
                markdown(side.text.strip("\n")),
            )
            for side in self.sides
        ]


def thought_and_answer(side: Side) -> Text:
    """An answer as it is written, what was thought before it dim."""
    shown = Text(overflow="fold")
    if side.thought:
        shown.append(clean(side.thought) + "\n\n", "dim italic")
    elif side.hidden and not side.text:
        shown.append("thinking…", "dim")
    return shown.append(
        clean(side.text).strip("\n") or ("" if side.thought or side.hidden else "…")
    )


@dataclass(frozen=True)
class _Lines:
    """Lines that are rendered already."""

    lines: list[list[Segment]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines:
            yield from line
            yield Segment.line()


def markdown(text: str) -> RenderableType:
    """A model's answer, Markdown rendered: nothing of it hidden, HTML as it was written, links with their address."""
    shown = Markdown(" ", hyperlinks=False)
    shown.parsed = _PARSER.parse(clean(text) or " ")
    return shown


def keys_line(keys: Sequence[tuple[str, str]] = KEYS) -> Text:
    """The footer: which key does what. A narrow terminal breaks it between keys only."""
    line = Text(" ")
    for key, meaning in keys:
        line.append(f"\u00a0{key}\u00a0", style="reverse")
        line.append(f"\u00a0{meaning}  ", style="dim")
    return line
