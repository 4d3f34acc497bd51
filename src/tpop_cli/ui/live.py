"""Redraws a live view while answers stream, at a limited frame rate."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import RenderableType
from rich.live import Live

FRAME = 0.1
"""Least time between two frames, in seconds. Drawing at every decoding step would cost too much."""

Paint = Callable[[Callable[[], RenderableType]], None]
"""Called after every step with a function that makes the view; only drawn frames call it."""


def painter(live: Live, frame: float = FRAME) -> Paint:
    """A function that updates `live`, at most once in `frame` seconds."""
    last = 0.0

    def paint(make: Callable[[], RenderableType]) -> None:
        nonlocal last
        if time.monotonic() - last > frame:
            last = time.monotonic()
            live.update(make(), refresh=True)

    return paint
