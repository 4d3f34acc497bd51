"""The view of a duel: two candidates side by side, or stacked on a narrow terminal."""

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
from .diff import mark_differences

SIDE_BY_SIDE = 110
"""Terminals with at least this many columns show the candidates side by side."""

COLORS = ("cyan", "magenta")
"""Border colors of the first and the second candidate."""

_FRAME_COLUMNS, _FRAME_ROWS = 4, 2  # taken by a panel's border and padding

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
"""Keys when both answers are complete, with their labels."""

STOP_KEYS = (("Ctrl-C", "stop"),)
"""Keys while both answers stream and picking early is off."""

EARLY_KEYS = (("1", "take the first"), ("2", "take the second"), *STOP_KEYS)
"""Keys while both answers stream and the user may pick early."""

# Rich's own parser drops HTML and hides the addresses of images; this one shows both as text.
_PARSER = (
    MarkdownIt(options_update={"html": False}).enable(["strikethrough", "table"]).disable("image")
)


@dataclass(frozen=True)
class Side:
    """One candidate as the user sees it. It does not say which arm the candidate comes from.

    Args:
        text: the answer so far.
        done: whether the answer is complete.
        note: why the answer ended, unless the model ended it.
        thought: a reasoning model's thoughts before the answer.
        hidden: whether the model produced thoughts that are not shown.
    """

    text: str
    done: bool
    note: str = ""
    thought: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class DuelView:
    """Both candidates in the given order, in frames of equal height when side by side.

    Args:
        sides: the two candidates.
        colors: border styles of the first and the second frame.
        height: rows available while answers stream; of a longer answer the last rows are shown.
            None shows both answers in full, with Markdown rendered.
        show_diff: show both answers in full as plain text, with their differences marked.
        titles: titles of the frames.
    """

    sides: tuple[Side, Side]
    colors: tuple[str, str] = COLORS
    height: int | None = None
    show_diff: bool = False
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
        if self.show_diff:
            return mark_differences(self.sides[0].text, self.sides[1].text, self.colors)
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
    """An answer as plain text while it streams, after the model's thoughts in dim italics."""
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
    """Lines that are already rendered."""

    lines: list[list[Segment]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines:
            yield from line
            yield Segment.line()


def markdown(text: str) -> RenderableType:
    """An answer with its Markdown rendered; HTML stays text, and links show their address."""
    shown = Markdown(" ", hyperlinks=False)
    shown.parsed = _PARSER.parse(clean(text) or " ")
    return shown


def keys_line(keys: Sequence[tuple[str, str]] = KEYS) -> Text:
    """The footer with keys and their labels. On a narrow terminal it breaks between keys only."""
    line = Text(" ")
    for key, meaning in keys:
        line.append(f"\u00a0{key}\u00a0", style="reverse")
        line.append(f"\u00a0{meaning}  ", style="dim")
    return line
