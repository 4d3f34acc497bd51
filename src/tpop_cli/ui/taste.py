"""The learned taste in words and bars."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..core.describe import SURE, AxisTaste
from .tables import plain_table

_HALF = 8  # columns of a bar from its middle to its end
_FULL_GAIN = 2.0  # a gain this large fills the bar: it would win 88% of duels


def bar(taste: AxisTaste) -> Text:
    """A bar from the middle towards the preferred pole; dim while the evidence is thin."""
    n = min(_HALF, round(_HALF * abs(taste.lean) / _FULL_GAIN))
    left = "█" * n if taste.lean < 0 else ""
    right = "█" * n if taste.lean >= 0 else ""
    style = "dim" if not taste.known else "bold green" if taste.certainty >= SURE else "green"
    line = Text()
    line.append("·" * (_HALF - len(left)), "dim").append(left, style)
    line.append("│", "dim")
    return line.append(right, style).append("·" * (_HALF - len(right)), "dim")


def taste_diff(
    names: tuple[str, str], tastes: tuple[Sequence[AxisTaste], Sequence[AxisTaste]]
) -> RenderableType:
    """Two tastes side by side, axes of which something is known in either of them first."""
    table = plain_table(("axis", *names, ""))
    second = {one.axis: one for one in tastes[1]}
    for one in sorted(
        tastes[0],
        key=lambda one: not (one.known or (one.axis in second and second[one.axis].known)),
    ):
        other = second.get(one.axis)
        if other is None:
            continue
        apart = one.known and other.known and one.preferred != other.preferred
        cells = [
            Text(f"{t.preferred}: {t.short}" if t.known else "-", "" if t.known else "dim")
            for t in (one, other)
        ]
        table.add_row(
            Text(one.axis, "bold" if apart else ""),
            *cells,
            Text("they differ" if apart else "", "yellow"),
        )
    return table


def taste_table(tastes: Sequence[AxisTaste]) -> RenderableType:
    """The axes as bars between their poles, with the certainty in words."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_column("")
    table.add_column("what the picks say")
    for taste in tastes:
        away, toward = Text(taste.away), Text(taste.toward)
        if taste.known:
            (toward if taste.lean >= 0 else away).stylize("bold")
        else:
            away.stylize("dim")
            toward.stylize("dim")
        table.add_row(away, bar(taste), toward, Text(taste.short, "" if taste.known else "dim"))
    return table
