"""The learned taste in words and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..core.picks import Pick, evidence
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
        toward_won: in how many clear picks the winner was more like `toward`; None if nobody counted.
        clear: how many clear picks there were.
    """

    axis: str
    toward: str
    away: str
    lean: float
    certainty: float
    toward_won: int | None = None
    clear: int = 0

    @property
    def preferred(self) -> str:
        """The pole that is leant to."""
        return self.toward if self.lean >= 0 else self.away

    @property
    def words(self) -> str:
        """How sure the bandit is, in words."""
        if self.certainty < PROBABLE:
            return "not enough evidence"
        counted = ""
        if self.toward_won is not None:
            won = self.toward_won if self.lean >= 0 else self.clear - self.toward_won
            counted = f" ({won} of {self.clear} picks)"
        return (f"{self.preferred}: sure" if self.certainty >= SURE else f"{self.preferred}: probably") + counted


def axis_tastes(reward: AxesReward, picks: Sequence[Pick] | None = None) -> list[AxisTaste]:
    """The taste on every axis, clearest first; with the evidence counted in `picks`, if they are given."""
    counted = evidence(reward, picks) if picks is not None else [(None, 0)] * len(reward.axes)
    found = [
        AxisTaste(axis.name, axis.toward.name, axis.away.name, float(lean), float(certainty), won, clear)
        for axis, lean, certainty, (won, clear) in zip(reward.axes, *reward.leans(), counted, strict=True)
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


def taste_prompt(reward: AxesReward) -> str:
    """The taste as a system prompt: the instructions of the poles that are sure or probable; empty if none is."""
    instructions = {pole.name: pole.instruction for axis in reward.axes for pole in axis.poles}
    known = [taste for taste in axis_tastes(reward) if taste.certainty >= PROBABLE]
    lines = [f"- {instructions[taste.preferred]}" for taste in known]
    return "\n".join(["Whatever is asked, answer in the way this person likes:", *lines]) if lines else ""


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
