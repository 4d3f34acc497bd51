"""What a user says outright about how answers should be: it holds for every answer.

A user says a pole of an axis, in some amount, or a wish in free words. Picks never change it, and
duels never try anything against it: both arms of a duel have it (`core.arms.ArmRules.said`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import UsageError
from .axes import Axis

MAX_STYLES = 2
"""How many axes can be steered by what was said: each is read in two more contexts an answer."""

MAX_WISHES = 5
"""How many wishes there can be. They share two contexts, and a small model follows few."""

MAX_WISH = 200
"""Maximum characters of a wish."""


@dataclass(frozen=True)
class Said:
    """All that a user has said and not taken back.

    Args:
        strengths: axis name -> strength s ∈ [−1, 1]. 0 says that the axis is to be left alone.
        wishes: in free words, in the order in which they were said.
    """

    strengths: Mapping[str, float] = field(default_factory=dict)
    wishes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.strengths or self.wishes)

    @property
    def n_styles(self) -> int:
        """How many axes are steered by it."""
        return sum(s != 0 for s in self.strengths.values())

    def add(self, other: Said) -> Said:
        """This, and what was said later, which replaces what it contradicts.

        Raises:
            UsageError: it is more than can be said at once.
        """
        wishes = dict.fromkeys([*self.wishes, *other.wishes])
        both = Said({**self.strengths, **other.strengths}, tuple(wishes))
        if both.n_styles > MAX_STYLES:
            raise UsageError(
                f"{both.n_styles} styles are too many: at most {MAX_STYLES} can be said at once",
                'take one back (taste clear), or use your own words: --words, in a chat "..."',
            )
        if len(both.wishes) > MAX_WISHES:
            raise UsageError(
                f"at most {MAX_WISHES} wishes in your own words can be said at once",
                "take one back: tpop taste clear 1, in a chat /taste clear 1",
            )
        return both

    def among(self, axes: Sequence[Axis]) -> Said:
        """This without what was said about axes that do not exist any more."""
        known = {axis.name for axis in axes}
        return replace(self, strengths={a: s for a, s in self.strengths.items() if a in known})

    def on(self, axes: Sequence[Axis]) -> dict[str, float]:
        """What every arm has: axis name -> s, for the axes that exist, and wish -> 1."""
        return {**self.among(axes).strengths, **dict.fromkeys(self.wishes, 1.0)}

    def has(self, axis: Axis) -> bool:
        """Whether something was said about an axis."""
        return axis.name in self.strengths

    def without_axis(self, name: str) -> Said:
        """This without what was said about an axis."""
        kept = {axis: s for axis, s in self.strengths.items() if axis != name}
        return replace(self, strengths=kept)

    def without_wish(self, wish: str) -> Said:
        """This without a wish."""
        return replace(self, wishes=tuple(one for one in self.wishes if one != wish))
