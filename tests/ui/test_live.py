"""Frames are limited while answers stream."""

from __future__ import annotations

import io

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tpop_cli.ui.live import painter


def frames(n_steps: int, frame: float) -> int:
    """How many of `n_steps` steps are drawn."""
    drawn = []

    def view() -> Text:
        drawn.append(1)
        return Text("x")

    console = Console(file=io.StringIO(), width=80)
    with Live(console=console, auto_refresh=False) as live:
        paint = painter(live, frame)
        for _ in range(n_steps):
            paint(view)
    return len(drawn)


def test_only_the_first_of_many_quick_steps_is_drawn() -> None:
    assert frames(100, 10.0) == 1


def test_without_a_limit_every_step_is_drawn() -> None:
    assert frames(5, -1.0) == 5
