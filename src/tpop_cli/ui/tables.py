"""The style of table that every list uses: no lines, dim headers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table


def plain_table(
    columns: Sequence[str], *, numbers: int = 0, title: str | None = None, wrap: bool = True
) -> Table:
    """An empty table.

    Args:
        columns: the headers.
        numbers: how many of the last columns hold numbers; they are aligned right.
        title: printed above the table.
        wrap: whether headers and cells may be broken into several lines.
    """
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    for i, column in enumerate(columns):
        table.add_column(
            column, justify="right" if i >= len(columns) - numbers else "left", no_wrap=not wrap
        )
    return table
