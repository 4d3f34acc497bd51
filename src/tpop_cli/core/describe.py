"""A taste in words: a sentence for each axis, one line, a system prompt, the reason for a duel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .axes import AMOUNTS, Axis
from .picks import Pick, count_agreeing
from .reward import AxesReward, Strengths
from .said import Said
from .steering import active_poles
from .taste import Taste

SURE, PROBABLE = 0.95, 0.8
"""Minimum certainty of a preference described as "sure", and as "probably"."""

MIN_LOG_BAYES_FACTOR = 1.0
"""Minimum log Bayes factor over chance before any preference is described."""

_MAX_IN_LINE = 4


@dataclass(frozen=True)
class AxisTaste:
    """The taste on one axis.

    Args:
        axis: its name.
        toward, away: the names of its poles.
        preference: half the difference of the mean gains of `toward` and `away`, from the
            smallest amount on, scaled to full strength; positive if
            `toward` is preferred.
        certainty: probability that the preference has this sign, from ½ to 1.
        trusted: whether the reward model predicted the picks clearly better than chance.
        amount: how much of the preferred pole gains most, one of `core.axes.AMOUNTS`.
        toward_won: in how many clear picks the winner was more like `toward`; None if not counted.
        clear: number of clear picks, those in which one candidate won.
        said: the strength that the user said for this axis (`core.said`); None if they said nothing
            of it.
    """

    axis: str
    toward: str
    away: str
    preference: float
    certainty: float
    trusted: bool = True
    amount: float = 1.0
    toward_won: int | None = None
    clear: int = 0
    said: float | None = None

    @property
    def preferred(self) -> str:
        """The name of the preferred pole."""
        return self.toward if self.preference >= 0 else self.away

    @property
    def known(self) -> bool:
        """Whether the evidence is enough to name the preferred pole."""
        return self.trusted and self.certainty >= PROBABLE

    @property
    def said_words(self) -> str:
        """What the user said of this axis, such as "brief (a little)"; empty if nothing."""
        return "" if self.said is None else strength_words(self.toward, self.away, self.said)

    @property
    def contradicted(self) -> bool:
        """Whether the picks are sure of the opposite of what the user said."""
        return bool(self.said) and self.certain and (self.said or 0.0) * self.preference < 0

    @property
    def certain(self) -> bool:
        """Whether the picks are sure of the preferred pole."""
        return self.known and self.certainty >= SURE

    @property
    def contradiction(self) -> str:
        """How the picks contradict what the user said; empty if they do not."""
        if not self.contradicted:
            return ""
        return f"you said {self.said_words}, but your picks say {self.preferred}: {self.short}"

    @property
    def words(self) -> str:
        """The taste on this axis as a sentence."""
        if self.said is not None:
            return f"{self.said_words}: you said so"
        if not self.known:
            return f"{self.toward} or {self.away}: {self.short}"
        return f"you prefer {with_amount(self.preferred, self.amount)}: {self.short}"

    @property
    def short(self) -> str:
        """The evidence without the names of the poles, such as "sure (14 of 16 picks)"."""
        if not self.known:
            return "not enough evidence"
        certainty = "sure" if self.certainty >= SURE else "probably"
        if self.toward_won is None:
            return certainty
        won = self.toward_won if self.preference >= 0 else self.clear - self.toward_won
        return f"{certainty} ({won} of {self.clear} picks)"


def axis_tastes(
    taste: Taste, picks: Sequence[Pick] | None = None, said: Said | None = None
) -> list[AxisTaste]:
    """The taste on every axis: first those that the user said something of, then the most certain.

    Args:
        taste: the taste to describe.
        picks: the picks it was learned from, to count those that agree with each preference.
        said: what the user said.
    """
    strengths = said.strengths if said else {}
    reward = taste.reward
    trusted = taste.log_bayes_factor >= MIN_LOG_BAYES_FACTOR
    preferences, certainties = reward.axis_preferences()
    counts: Sequence[tuple[int | None, int]] = (
        [(None, 0)] * len(reward.axes) if picks is None else count_agreeing(reward, picks)
    )
    described = [
        AxisTaste(
            axis=axis.name,
            toward=axis.toward.name,
            away=axis.away.name,
            preference=float(preference),
            certainty=float(certainty),
            trusted=trusted,
            amount=best_amount(reward, axis.name, 1.0 if preference >= 0 else -1.0),
            toward_won=toward_won,
            clear=clear,
            said=strengths.get(axis.name),
        )
        for axis, preference, certainty, (toward_won, clear) in zip(
            reward.axes, preferences, certainties, counts, strict=True
        )
    ]
    return sorted(described, key=lambda one: (one.said is None, -one.certainty))


def best_amount(reward: AxesReward, axis: str, sign: float) -> float:
    """The one of `AMOUNTS` of a pole that has the highest mean gain."""

    def gain(amount: float) -> float:
        return float(reward.posterior.mean @ reward.expected({axis: sign * amount}))

    return max(AMOUNTS, key=gain)


def amount_words(amount: float) -> str:
    """How much of a pole an amount is; empty for full strength.

    >>> amount_words(1.0), amount_words(0.5), amount_words(0.25)
    ('', 'somewhat', 'a little')
    """
    return "" if amount > 0.75 else "somewhat" if amount > 0.375 else "a little"


def with_amount(pole: str, amount: float) -> str:
    """The name of a pole, and how much of it.

    >>> with_amount("brief", 1.0), with_amount("brief", 0.25)
    ('brief', 'brief (a little)')
    """
    words = amount_words(amount)
    return f"{pole} ({words})" if words else pole


def strength_words(toward: str, away: str, s: float) -> str:
    """A strength that the user said for an axis with these poles, in words.

    >>> strength_words("brief", "detailed", -0.25), strength_words("brief", "detailed", 0.0)
    ('detailed (a little)', 'neither brief nor detailed')
    """
    return with_amount(toward if s > 0 else away, abs(s)) if s else f"neither {toward} nor {away}"


def said_words(said: Said, axes: Sequence[Axis]) -> list[str]:
    """Each thing that a user said, in words: styles first, and wishes in quotation marks."""
    styles = [
        strength_words(axis.toward.name, axis.away.name, said.strengths[axis.name])
        for axis in axes
        if said.has(axis)
    ]
    return [*styles, *(f'"{wish}"' for wish in said.wishes)]


def taste_line(taste: Taste, said: Said | None = None) -> str:
    """What the user said, and the most certain preferences, in half a line."""
    tastes = axis_tastes(taste, said=said)
    known = [one for one in tastes if one.known and one.said is None][:_MAX_IN_LINE]
    liked = ", ".join(
        with_amount(one.preferred, one.amount)
        if one.certainty >= SURE
        else f"{one.preferred} (probably)"
        for one in known
    )
    spoken = ", ".join(said_words(said, taste.reward.axes)) if said else ""
    parts = [f"you said: {spoken}" if spoken else "", f"you like: {liked}" if liked else ""]
    return " · ".join(filter(None, parts)) or "not enough evidence yet"


def taste_prompt(taste: Taste, said: Said | None = None) -> str:
    """The taste as a system prompt: instructions, one a line.

    First what the user said, then the preferred poles of the axes that they said nothing of. The
    result is empty if nothing was said and no preference is known.
    """
    axes = taste.reward.axes
    instructions = {pole.name: pole.instruction for axis in axes for pole in axis.poles}
    strengths = dict(said.strengths) if said else {}
    found = [(one.pole.instruction, one.strength) for one in active_poles(axes, strengths)]
    found += [(wish, 1.0) for wish in (said.wishes if said else ())]
    found += [
        (instructions[one.preferred], one.amount)
        for one in axis_tastes(taste)
        if one.known and one.axis not in strengths
    ]
    lines = [
        f"- {text}" + (" (Only a little.)" if amount_words(amount) == "a little" else "")
        for text, amount in found
    ]
    if not lines:
        return ""
    return "\n".join(["Whatever is asked, answer in the way this person likes:", *lines])


def why(taste: Taste, exploit: Strengths, explore: Strengths) -> str:
    """What a duel with these strengths tests, and how much is known about it so far.

    The text does not say which candidate is which arm, so it can be shown before the pick.
    """
    axes = taste.reward.axes
    added = {axis: s for axis, s in explore.items() if exploit.get(axis) != s}
    removed = {axis: s for axis, s in exploit.items() if axis not in explore}
    tried = active_poles(axes, added)
    left_out = _quoted([one.pole.name for one in active_poles(axes, removed)])
    if not tried and not left_out:
        return "both are written alike: nothing else is worth trying"
    if not tried:
        return f"one of them goes without {left_out}: is that really what you like?"
    names = [one.pole.name for one in tried]
    described = [with_amount(one.pole.name, one.strength) for one in tried]
    test = f"one of them tries {_quoted(described)}"
    if any(one.known and one.preferred in names for one in axis_tastes(taste)):
        return f"{test}, which you seem to like: does it still hold?"
    return f"{test}: still unsure whether you like that"


def _quoted(names: Sequence[str]) -> str:
    """
    >>> _quoted(["lists", "warm"])
    '"lists" and "warm"'
    """
    return " and ".join(f'"{name}"' for name in names)
