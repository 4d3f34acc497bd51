"""The learned taste in words and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..core.picks import Pick, evidence
from ..core.taste import Taste
from .tables import plain_table

SURE, PROBABLE = 0.95, 0.8
"""Certainties from which on a leaning is called sure, or probable."""

TRUSTED = 1.0
"""Log of how much likelier than by a coin the picks must have been told before anything is said of them."""

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
        trusted: whether the picks as a whole were told better than a coin tells them.
        toward_won: in how many clear picks the winner was more like `toward`; None if nobody counted.
        clear: how many clear picks there were.
    """

    axis: str
    toward: str
    away: str
    lean: float
    certainty: float
    trusted: bool = True
    toward_won: int | None = None
    clear: int = 0

    @property
    def preferred(self) -> str:
        """The pole that is leant to."""
        return self.toward if self.lean >= 0 else self.away

    @property
    def known(self) -> bool:
        """Whether there is enough evidence to say which pole is preferred."""
        return self.trusted and self.certainty >= PROBABLE

    @property
    def words(self) -> str:
        """What the picks say of this axis, as a sentence."""
        return (
            f"you prefer {self.preferred}: {self.short}"
            if self.known
            else f"{self.toward} or {self.away}: {self.short}"
        )

    @property
    def short(self) -> str:
        """The same beside the names of the poles."""
        if not self.known:
            return "not enough evidence"
        counted = ""
        if self.toward_won is not None:
            won = self.toward_won if self.lean >= 0 else self.clear - self.toward_won
            counted = f" ({won} of {self.clear} picks)"
        return ("sure" if self.certainty >= SURE else "probably") + counted


def axis_tastes(taste: Taste, picks: Sequence[Pick] | None = None) -> list[AxisTaste]:
    """The taste on every axis, clearest first; with the evidence counted in `picks`, if they are given."""
    trusted = taste.evidence >= TRUSTED
    counted = evidence(taste.reward, picks) if picks is not None else [(None, 0)] * len(taste.reward.axes)
    found = [
        AxisTaste(axis.name, axis.toward.name, axis.away.name, float(lean), float(certainty), trusted, won, clear)
        for axis, lean, certainty, (won, clear) in zip(taste.reward.axes, *taste.reward.leans(), counted, strict=True)
    ]
    return sorted(found, key=lambda taste: -taste.certainty)


def taste_line(taste: Taste) -> str:
    """The taste in half a line: what is sure or probable, clearest first."""
    known = [one for one in axis_tastes(taste) if one.known][:4]
    if not known:
        return "not enough evidence yet"
    return "you like: " + ", ".join(one.preferred + ("" if one.certainty >= SURE else " (probably)") for one in known)


def taste_prompt(taste: Taste) -> str:
    """The taste as a system prompt: the instructions of the poles that are sure or probable; empty if none is."""
    instructions = {pole.name: pole.instruction for axis in taste.reward.axes for pole in axis.poles}
    lines = [f"- {instructions[one.preferred]}" for one in axis_tastes(taste) if one.known]
    return "\n".join(["Whatever is asked, answer in the way this person likes:", *lines]) if lines else ""


def bar(taste: AxisTaste) -> Text:
    """A bar from the middle towards the preferred pole; dim while the evidence is thin."""
    n = min(_HALF, round(_HALF * abs(taste.lean) / _FULL_GAIN))
    left = "█" * n if taste.lean < 0 else ""
    right = "█" * n if taste.lean >= 0 else ""
    style = "dim" if not taste.known else "bold green" if taste.certainty >= SURE else "green"
    line = Text()
    line.append("·" * (_HALF - len(left)), "dim").append(left, style)
    line.append("│", "dim")
    return line.append(right, style).append("·" * (_HALF - len(right)), "dim")


def taste_diff(names: tuple[str, str], tastes: tuple[Sequence[AxisTaste], Sequence[AxisTaste]]) -> RenderableType:
    """Two tastes side by side, axes of which something is known in either of them first."""
    table = plain_table(("axis", *names, ""))
    second = {one.axis: one for one in tastes[1]}
    for one in sorted(tastes[0], key=lambda one: not (one.known or (one.axis in second and second[one.axis].known))):
        other = second.get(one.axis)
        if other is None:
            continue
        apart = one.known and other.known and one.preferred != other.preferred
        cells = [
            Text(f"{t.preferred}: {t.short}" if t.known else "-", "" if t.known else "dim") for t in (one, other)
        ]
        table.add_row(Text(one.axis, "bold" if apart else ""), *cells, Text("they differ" if apart else "", "yellow"))
    return table


def taste_table(tastes: Sequence[AxisTaste]) -> RenderableType:
    """The axes as bars between their poles, with the certainty in words."""
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("", justify="right")
    table.add_column("")
    table.add_column("")
    table.add_column("what the picks say")
    for taste in tastes:
        away, toward = Text(taste.away), Text(taste.toward)
        if taste.known:
            (toward if taste.lean >= 0 else away).stylize("bold")
        else:
            away.stylize("dim")
            toward.stylize("dim")
        table.add_row(away, bar(taste), toward, Text(taste.short, "" if taste.known else "dim"))
    return table
