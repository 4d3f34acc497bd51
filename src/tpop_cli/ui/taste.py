"""The learned taste in words and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..core.reward import AxesReward

SURE, PROBABLE = 0.95, 0.8
"""Certainties from which on a leaning is called sure, or probable."""

_HALF = 8  # columns of a bar from its middle to its end
_FULL_GAIN = 2.0  # a gain this large fills the bar: it would win 88% of duels


@dataclass(frozen=True)
class AxisTaste:
    """What is known about one axis.

    Args:
        axis: its name.
        toward, away: its poles' names.
        lean: mean gain of `toward` minus that of `away`, halved; its sign is the preferred pole's.
        certainty: P(the lean has that sign), from ½ to 1.
    """

    axis: str
    toward: str
    away: str
    lean: float
    certainty: float

    @property
    def preferred(self) -> str:
        """The pole that is leant to."""
        return self.toward if self.lean >= 0 else self.away

    @property
    def words(self) -> str:
        """How sure the bandit is, in words."""
        if self.certainty >= SURE:
            return f"sure: {self.preferred}"
        if self.certainty >= PROBABLE:
            return f"probably {self.preferred}"
        return "not enough evidence"


def axis_tastes(reward: AxesReward) -> list[AxisTaste]:
    """The taste on every axis, clearest first."""
    leans, certainties = reward.leans()
    found = [
        AxisTaste(axis.name, axis.toward.name, axis.away.name, float(lean), float(certainty))
        for axis, lean, certainty in zip(reward.axes, leans, certainties, strict=True)
    ]
    return sorted(found, key=lambda taste: -taste.certainty)


def taste_line(reward: AxesReward) -> str:
    """The taste in half a line: what is sure or probable, clearest first."""
    known = [taste for taste in axis_tastes(reward) if taste.certainty >= PROBABLE][:4]
    if not known:
        return "not enough evidence yet"
    return "you like: " + ", ".join(
        taste.preferred + ("" if taste.certainty >= SURE else " (probably)") for taste in known
    )


def bar(taste: AxisTaste) -> Text:
    """A bar from the middle towards the preferred pole; dim while the evidence is thin."""
    n = min(_HALF, round(_HALF * abs(taste.lean) / _FULL_GAIN))
    left = "█" * n if taste.lean < 0 else ""
    right = "█" * n if taste.lean >= 0 else ""
    style = "bold green" if taste.certainty >= SURE else "green" if taste.certainty >= PROBABLE else "dim"
    line = Text()
    line.append("·" * (_HALF - len(left)), "dim").append(left, style)
    line.append("│", "dim")
    return line.append(right, style).append("·" * (_HALF - len(right)), "dim")


def taste_table(tastes: Sequence[AxisTaste]) -> RenderableType:
    """The axes as bars between their poles, with the certainty in words."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_column("")
    table.add_column("what the picks say")
    for taste in tastes:
        away, toward = Text(taste.away), Text(taste.toward)
        if taste.certainty >= PROBABLE:
            (toward if taste.lean >= 0 else away).stylize("bold")
        else:
            away.stylize("dim")
            toward.stylize("dim")
        table.add_row(away, bar(taste), toward, Text(taste.words, "" if taste.certainty >= PROBABLE else "dim"))
    return table
