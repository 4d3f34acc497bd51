"""What is said of a taste in words: each axis, one line, a system prompt, and why a duel is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .picks import Pick, count_agreeing
from .reward import Strengths
from .steering import active_poles
from .taste import Taste

SURE, PROBABLE = 0.95, 0.8
"""Certainties from which on a leaning is called sure, or probable."""

TRUSTED = 1.0
"""Log of how much likelier than by a coin the picks must have been told before anything is said of them."""


@dataclass(frozen=True)
class AxisTaste:
    """What is known about one axis.

    Args:
        axis: its name.
        toward, away: its poles' names.
        preference: mean gain of `toward` minus that of `away`, halved; its sign is the preferred pole's.
        certainty: P(the lean has that sign), from ½ to 1.
        trusted: whether the picks as a whole were told better than a coin tells them.
        toward_won: in how many clear picks the winner was more like `toward`; None if nobody counted.
        clear: how many clear picks there were.
    """

    axis: str
    toward: str
    away: str
    preference: float
    certainty: float
    trusted: bool = True
    toward_won: int | None = None
    clear: int = 0

    @property
    def preferred(self) -> str:
        """The pole that is leant to."""
        return self.toward if self.preference >= 0 else self.away

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
            won = self.toward_won if self.preference >= 0 else self.clear - self.toward_won
            counted = f" ({won} of {self.clear} picks)"
        return ("sure" if self.certainty >= SURE else "probably") + counted


def axis_tastes(taste: Taste, picks: Sequence[Pick] | None = None) -> list[AxisTaste]:
    """The taste on every axis, clearest first; with the evidence counted in `picks`, if they are given."""
    trusted = taste.log_bayes_factor >= TRUSTED
    counted = (
        count_agreeing(taste.reward, picks)
        if picks is not None
        else [(None, 0)] * len(taste.reward.axes)
    )
    found = [
        AxisTaste(
            axis.name,
            axis.toward.name,
            axis.away.name,
            float(lean),
            float(certainty),
            trusted,
            won,
            clear,
        )
        for axis, lean, certainty, (won, clear) in zip(
            taste.reward.axes, *taste.reward.axis_preferences(), counted, strict=True
        )
    ]
    return sorted(found, key=lambda taste: -taste.certainty)


def taste_line(taste: Taste) -> str:
    """The taste in half a line: what is sure or probable, clearest first."""
    known = [one for one in axis_tastes(taste) if one.known][:4]
    if not known:
        return "not enough evidence yet"
    return "you like: " + ", ".join(
        one.preferred + ("" if one.certainty >= SURE else " (probably)") for one in known
    )


def taste_prompt(taste: Taste) -> str:
    """The taste as a system prompt: the instructions of the poles that are sure or probable; empty if none is."""
    instructions = {
        pole.name: pole.instruction for axis in taste.reward.axes for pole in axis.poles
    }
    lines = [f"- {instructions[one.preferred]}" for one in axis_tastes(taste) if one.known]
    return (
        "\n".join(["Whatever is asked, answer in the way this person likes:", *lines])
        if lines
        else ""
    )


def why(taste: Taste, exploit: Strengths, explore: Strengths) -> str:
    """What this duel asks, and how sure the answer is so far."""
    axes = taste.reward.axes
    tried = [
        pole.name
        for pole, _ in active_poles(axes, {a: s for a, s in explore.items() if exploit.get(a) != s})
    ]
    left_out = [
        pole.name
        for pole, _ in active_poles(axes, {a: s for a, s in exploit.items() if a not in explore})
    ]
    if not tried and not left_out:
        return "both are written alike: nothing else is worth trying"
    if not tried:
        return f"one of them goes without {_listed(left_out)}: is that really what you like?"
    asked = f"one of them tries {_listed(tried)}"
    known = {pole: one for one in axis_tastes(taste) for pole in (one.toward, one.away)}
    doubts = [known[pole] for pole in tried if pole in known]
    if any(one.known and one.preferred in tried for one in doubts):
        return f"{asked}, which you seem to like: does it still hold?"
    return f"{asked}: still unsure whether you like that"


def _listed(names: list[str]) -> str:
    """
    >>> _listed(["lists", "warm"])
    '"lists" and "warm"'
    """
    return " and ".join(f'"{name}"' for name in names)
