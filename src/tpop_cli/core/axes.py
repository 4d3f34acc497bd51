"""Taste axes: pairs of plain-language instructions that steer an answer one way or the other."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

AMOUNTS: tuple[float, ...] = (0.25, 0.5, 1.0)
"""The |s| of the arms that duels try: a little, somewhat, and as much as a pole allows."""

ACTIVATION_EXPONENT = 0.6
"""How the effect of a pole is taken to grow with |s|: fast at first, then it saturates."""


def activation(s: float) -> float:
    """The activation z ∈ [0, 1] of a pole at strength s: its effect relative to full strength.

    >>> activation(0.0), activation(-1.0)
    (0.0, 1.0)
    """
    return float(min(1.0, abs(s)) ** ACTIVATION_EXPONENT)


@dataclass(frozen=True)
class Pole:
    """One end of an axis.

    Args:
        name: the name shown to users.
        instruction: describes the answer; it stands before the question. It is worded so that a
            model does not take it for a message to reply to.
        weight: ω, the steering weight of the pole at strength |s| = 1, the largest that keeps the
            answer (docs/taste.md has the measurements).
        alpha: α, the plausibility bound of an arm with this pole (`core.scores.plausible`). A style
            that lives in rarer words needs a smaller one.
    """

    name: str
    instruction: str
    weight: float = 4.0
    alpha: float = 0.1


@dataclass(frozen=True)
class Axis:
    """A taste axis.

    Args:
        name: the axis's name, unique in a profile.
        toward: the pole of positive strength s.
        away: the pole of negative strength s.
        builtin: False for an axis that the user added. The response matrix has no rows for its
            poles until they are measured, so its prior is wider (`core.reward.Priors`).
    """

    name: str
    toward: Pole
    away: Pole
    builtin: bool = True

    @property
    def identity(self) -> str:
        """What tells this axis from others: its name, and for an axis of the user its wording too.

        An axis that is added again with other words is another one.
        """
        return self.name if self.builtin else f"{self.name} {self._wording}"

    @property
    def row_names(self) -> tuple[str, str]:
        """The names of its rows in a response matrix, `toward` first; see `identity`."""
        suffix = "" if self.builtin else f" {self._wording}"
        return (self.toward.name + suffix, self.away.name + suffix)

    @property
    def _wording(self) -> str:
        """A digest of both instructions."""
        wording = "\n".join(pole.instruction for pole in self.poles)
        return sha256(wording.encode()).hexdigest()[:8]

    @property
    def poles(self) -> tuple[Pole, Pole]:
        """Both poles, `toward` first: the order of pole indices 2a and 2a + 1."""
        return (self.toward, self.away)


AXES: tuple[Axis, ...] = (
    Axis(
        "length",
        Pole("brief", "The answer is very short: one or two sentences."),
        Pole("detailed", "The answer is long and detailed, with many sentences."),
    ),
    Axis(
        "words",
        Pole("simple words", "The answer uses short and simple words, for a child."),
        Pole("academic", "Please use scientific terms.", alpha=0.05),
    ),
    Axis(
        "form",
        Pole("lists", "Please answer with a numbered list.", alpha=0.03),
        Pole("prose", "Please answer in one paragraph.", alpha=0.05),
    ),
    Axis(
        "tone",
        Pole("warm", "The answer is warm, cheerful and excited!", weight=3.0, alpha=0.02),
        Pole("sober", "The answer is neutral, impersonal and factual."),
    ),
    Axis(
        "examples",
        Pole("concrete", "Please give specific examples with names and numbers.", alpha=0.05),
        Pole("abstract", "Please stay general, without names and numbers.", alpha=0.05),
    ),
    Axis(
        "register",
        Pole("casual", "Please write casually, like chatting with a friend.", weight=2.0),
        Pole("formal", "Please write in a formal and official style.", alpha=0.05),
    ),
    Axis(
        "certainty",
        Pole("plain statements", "The answer is sure of itself and states plain facts."),
        Pole(
            "caveats",
            "The answer says that it depends: it may, might or could be so, but not always.",
            alpha=0.03,
        ),
    ),
)
"""The built-in axes. Wordings, weights and bounds were chosen on prompts and simulated users kept
apart from those of the benchmarks (docs/taste.md)."""
