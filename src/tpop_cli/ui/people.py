"""The people bench as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from .clean import clean
from .tables import plain_table

_WAYS = ("a coin", "the longer one", "all other people", "tpop", "prior of the other files")


def people_report(result: Mapping[str, Any]) -> RenderableType:
    """All results of a run of `tpop bench people`, given as its JSON object."""
    ways = [way for way in _WAYS if way in result["crowds"][0]]
    return Group(
        _predicted(result, ways), Text(), _by_picks(result), Text(), _priors(result["priors"])
    )


def _predicted(result: Mapping[str, Any], ways: list[str]) -> Table:
    title = "Share of picks predicted, each before it is learned (95% intervals; log loss)"
    table = plain_table(["crowd", "people", "picks", *ways], numbers=len(ways) + 2, title=title)
    for row in result["crowds"]:
        cells = [_cell(row[way]) for way in ways]
        table.add_row(clean(row["name"]), str(row["people"]), str(row["picks"]), *cells)
    return table


def _cell(summary: Mapping[str, Any]) -> str:
    accuracy, loss = summary["accuracy"], summary["log_loss"]
    if not accuracy:
        return "-"
    interval = f"[{accuracy['low']:.2f}, {accuracy['high']:.2f}]"
    return f"{accuracy['mean']:.3f} {interval} ({loss['mean']:.3f})"


def _by_picks(result: Mapping[str, Any]) -> Table:
    bins = result["crowds"][0]["tpop"]["by_picks"]
    names = [
        f"from {one['from']}" if one["below"] is None else f"{one['from']} to {one['below'] - 1}"
        for one in bins
    ]
    table = plain_table(
        ["crowd", *names], numbers=len(names), title="tpop, by picks learned before (log loss)"
    )
    for row in result["crowds"]:
        cells = [
            "-" if one["accuracy"] is None else f"{one['accuracy']:.3f} ({one['log_loss']:.3f})"
            for one in row["tpop"]["by_picks"]
        ]
        table.add_row(clean(row["name"]), *cells)
    return table


def _priors(priors: Mapping[str, float]) -> Text:
    values = ", ".join(f"{name} {value:.2f}" for name, value in priors.items())
    return Text(f"Spread of taste weights that these files speak for: {values}")
