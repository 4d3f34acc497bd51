"""How far a bench is: the answers of its present stage, decoded and to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class ProgressMeter:
    """Counts the answers of a stage and tells whoever shows progress.

    Args:
        show: called with (stage, answers done, answers in all) whenever one changes. How many there will be in
            all is an estimate while learners still choose.
    """

    show: Callable[[str, int, int], None] = lambda _stage, _done, _total: None
    stage: str = ""
    done: int = 0
    total: int = 0

    def begin(self, stage: str, expected: int = 0) -> None:
        """Enter a stage of so many answers."""
        self.stage, self.done = stage, 0
        self.expect(expected)

    def expect(self, n: int) -> None:
        """So many more answers are to come in this stage."""
        self.total = self.done + n
        self.show(self.stage, self.done, self.total)

    def advance(self, n: int = 1) -> None:
        """So many answers are done."""
        self.done += n
        self.total = max(self.total, self.done)
        self.show(self.stage, self.done, self.total)
