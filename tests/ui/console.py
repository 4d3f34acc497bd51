"""Renders on a console of fixed width, as lines of plain text."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType


def draw(renderable: RenderableType, width: int = 80) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, height=24, legacy_windows=False, _environ={}).print(renderable)
    return file.getvalue().splitlines()
