"""Drawing while answers are written: no more often than an eye can follow."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import RenderableType
from rich.live import Live

FRAME = 0.1
"""Seconds between two drawings: a step is not worth a frame each."""

Paint = Callable[[Callable[[], RenderableType]], None]
"""Called after every step with what makes the picture; it is made for the frames that are drawn only."""


def painter(live: Live, frame: float = FRAME) -> Paint:
    """A function that draws what it is given to make, at most once a frame."""
    last = 0.0

    def paint(make: Callable[[], RenderableType]) -> None:
        nonlocal last
        if time.monotonic() - last > frame:
            last = time.monotonic()
            live.update(make(), refresh=True)

    return paint
