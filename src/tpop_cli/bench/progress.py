"""The progress of a bench: answers done and expected in the current stage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class ProgressMeter:
    """Counts the answers of a stage and reports every change.

    Args:
        show: called with (stage, answers done, answers in total) after every change. The total is
            an estimate while learners are still choosing what to decode.
        stage: the name of the current stage.
        done: answers done in it.
        total: answers in it, done and expected.
    """

    show: Callable[[str, int, int], None] = lambda _stage, _done, _total: None
    stage: str = ""
    done: int = 0
    total: int = 0

    def begin(self, stage: str, expected: int = 0) -> None:
        """Begin a stage with the expected number of answers."""
        self.stage, self.done = stage, 0
        self.expect(expected)

    def expect(self, n: int) -> None:
        """Expect n more answers in this stage."""
        self.total = self.done + n
        self.show(self.stage, self.done, self.total)

    def advance(self, n: int = 1) -> None:
        """Count n answers as done."""
        self.done += n
        self.total = max(self.total, self.done)
        self.show(self.stage, self.done, self.total)
