"""The harm bench as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .tables import plain_table

_COLUMNS = {
    "code": "code",
    "facts": "facts",
    "language": "language",
    "topic": "on topic",
    "fences": "fences whole",
    "quoting": "quoting",
}
_KINDS = {"pole": "", "pair": "", "taught": "taught: "}


def harm_report(result: Mapping[str, Any]) -> RenderableType:
    """All results of a run of `tpop bench harm`, given as its JSON object."""
    counts = result["prompts"]
    n = ", ".join(f"{number} {kind}" for kind, number in counts.items())
    title = f"Share of answers that keep what was asked ({n}; 95% intervals)"
    return Group(_kept(result, title), Text(), _differences(result))


def _table(columns: Sequence[str], title: str) -> Table:
    """On a narrow terminal intervals are broken into lines, and names are not."""
    table = plain_table(["steered by", *columns], numbers=len(columns), title=title)
    table.columns[0].no_wrap = True
    return table


def _kept(result: Mapping[str, Any], title: str) -> Table:
    table = _table([*_COLUMNS.values(), "style won", "tokens"], title)
    plain = result["plain"]
    table.add_row("plain", *_cells(plain["measures"]), "-", f"{plain['tokens']:.0f}")
    for row in result["steered"]:
        table.add_row(
            _KINDS[row["kind"]] + row["name"],
            *_cells(row["measures"]),
            _rate(row["style"]),
            f"{row['tokens']:.0f}",
        )
    return table


def _differences(result: Mapping[str, Any]) -> Table:
    table = _table(
        list(_COLUMNS.values()),
        "Difference to the plain answers to the same prompts, with the same seeds",
    )
    for row in result["steered"]:
        table.add_row(_KINDS[row["kind"]] + row["name"], *_cells(row["differences"], "+"))
    mean = result["mean_of_poles"]["differences"]
    if any(mean.values()):
        table.add_row("mean of the poles", *_cells(mean, "+"), style="bold")
    return table


def _cells(rates: Mapping[str, Mapping[str, float] | None], sign: str = "") -> list[str]:
    return [_rate(rates[name], sign) for name in _COLUMNS]


def _rate(rate: Mapping[str, float] | None, sign: str = "") -> str:
    if not rate:
        return "-"
    return f"{rate['mean']:{sign}.2f} [{rate['low']:{sign}.2f}, {rate['high']:{sign}.2f}]"
