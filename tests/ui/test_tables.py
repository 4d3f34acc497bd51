"""Tables without lines, numbers aligned right."""

from __future__ import annotations

from tpop_cli.ui.tables import plain_table

from .console import draw


def test_the_last_columns_are_aligned_right() -> None:
    table = plain_table(("name", "step"), numbers=1, title="Steps")
    table.add_row("plain", "7 ms")
    table.add_row("steered", "12.5 ms")
    assert [line.rstrip() for line in draw(table)] == [
        "Steps",
        "name        step",
        "plain       7 ms",
        "steered  12.5 ms",
    ]
