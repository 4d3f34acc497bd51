"""The learned taste as words and bars."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..core.describe import SURE, AxisTaste, with_amount
from .tables import plain_table

_HALF = 8  # columns from the middle of a bar to either end
_FULL_GAIN = 2.0  # the gain that fills the bar: it wins 88% of duels


def bar(taste: AxisTaste) -> Text:
    """A bar from the middle towards the preferred pole; dim while there is too little evidence."""
    n = min(_HALF, round(_HALF * abs(taste.preference) / _FULL_GAIN))
    left = "█" * n if taste.preference < 0 else ""
    right = "█" * n if taste.preference >= 0 else ""
    style = "dim" if not taste.known else "bold green" if taste.certainty >= SURE else "green"
    line = Text()
    line.append("·" * (_HALF - len(left)), "dim").append(left, style)
    line.append("│", "dim")
    return line.append(right, style).append("·" * (_HALF - len(right)), "dim")


def taste_diff(
    names: tuple[str, str], tastes: tuple[Sequence[AxisTaste], Sequence[AxisTaste]]
) -> RenderableType:
    """Two tastes side by side, axes of which at least one of them tells something first."""
    table = plain_table(("axis", *names, ""))
    second = {taste.axis: taste for taste in tastes[1]}
    pairs = [(taste, second[taste.axis]) for taste in tastes[0] if taste.axis in second]
    for pair in sorted(pairs, key=lambda pair: not any(_is_told(taste) for taste in pair)):
        opposite = _shown(pair[0]) * _shown(pair[1]) < 0
        cells = [_cell(taste) for taste in pair]
        table.add_row(
            Text(pair[0].axis, "bold" if opposite else ""),
            *cells,
            Text("opposite" if opposite else "", "yellow"),
        )
    return table


def _is_told(taste: AxisTaste) -> bool:
    return taste.known or taste.said is not None


def _cell(taste: AxisTaste) -> Text:
    """The taste on an axis in one cell of a comparison."""
    if taste.said is not None:
        return Text(taste.words)
    if taste.known:
        return Text(f"{with_amount(taste.preferred, taste.amount)}: {taste.short}")
    return Text("-", "dim")


def taste_table(tastes: Sequence[AxisTaste]) -> RenderableType:
    """Every axis as a bar between its poles, with the evidence in words."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_column("")
    table.add_column("what the picks say")
    for taste in tastes:
        away, toward = Text(taste.away), Text(taste.toward)
        shown = _shown(taste)
        if shown:
            liked = Text(with_amount(taste.toward if shown > 0 else taste.away, abs(shown)), "bold")
            away, toward = (away, liked) if shown > 0 else (liked, toward)
        else:
            away.stylize("dim")
            toward.stylize("dim")
        words = _evidence(taste)
        table.add_row(away, bar(taste), toward, Text(words, "" if shown else "dim"))
    return table


def _shown(taste: AxisTaste) -> float:
    """The strength that is shown for an axis: what was said, or else what is known; 0 for none."""
    if taste.said is not None:
        return taste.said
    if not taste.known:
        return 0.0
    return taste.amount if taste.preference >= 0 else -taste.amount


def _evidence(taste: AxisTaste) -> str:
    """What the user said of an axis, or else what the picks say."""
    if taste.said is None:
        return taste.short
    neither = "" if taste.said else "leave it alone, "
    return f"{neither}you said so"


def said_lines(tastes: Sequence[AxisTaste], wishes: Sequence[str]) -> list[str]:
    """The user's wishes with their numbers, and where the picks contradict what was said."""
    found = [f'you said {n}: "{wish}"' for n, wish in enumerate(wishes, 1)]
    return [*found, *(one.contradiction for one in tastes if one.contradiction)]
