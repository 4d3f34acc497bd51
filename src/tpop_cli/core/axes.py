"""Taste axes: pairs of plain-language instructions that steer an answer one way or the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pole:
    """One end of an axis: a name people read, and the instruction the model reads."""

    name: str
    instruction: str


@dataclass(frozen=True)
class Axis:
    """A taste axis. `toward` is the pole of positive strength s, `away` that of negative s."""

    name: str
    toward: Pole
    away: Pole

    @property
    def poles(self) -> tuple[Pole, Pole]:
        """Both poles, `toward` first: the order of pole indices 2a and 2a + 1."""
        return (self.toward, self.away)
