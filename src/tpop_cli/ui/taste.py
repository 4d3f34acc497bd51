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
    """Two tastes side by side, axes on which at least one of them has enough evidence first."""
    table = plain_table(("axis", *names, ""))
    second = {taste.axis: taste for taste in tastes[1]}
    pairs = [(taste, second[taste.axis]) for taste in tastes[0] if taste.axis in second]
    for pair in sorted(pairs, key=lambda pair: not (pair[0].known or pair[1].known)):
        opposite = all(taste.known for taste in pair) and pair[0].preferred != pair[1].preferred
        cells = [
            Text(f"{with_amount(taste.preferred, taste.amount)}: {taste.short}")
            if taste.known
            else Text("-", "dim")
            for taste in pair
        ]
        table.add_row(
            Text(pair[0].axis, "bold" if opposite else ""),
            *cells,
            Text("opposite" if opposite else "", "yellow"),
        )
    return table


def taste_table(tastes: Sequence[AxisTaste]) -> RenderableType:
    """Every axis as a bar between its poles, with the evidence in words."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_column("")
    table.add_column("what the picks say")
    for taste in tastes:
        away, toward = Text(taste.away), Text(taste.toward)
        if taste.known:
            liked = Text(with_amount(taste.preferred, taste.amount), "bold")
            away, toward = (away, liked) if taste.preference >= 0 else (liked, toward)
        else:
            away.stylize("dim")
            toward.stylize("dim")
        table.add_row(away, bar(taste), toward, Text(taste.short, "" if taste.known else "dim"))
    return table
