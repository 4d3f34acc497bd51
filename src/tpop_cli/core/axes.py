"""Taste axes: pairs of plain-language instructions that steer an answer one way or the other."""

from __future__ import annotations

from dataclasses import dataclass

from .lexicon import Tilt


@dataclass(frozen=True)
class Pole:
    """One end of an axis.

    Args:
        name: the name shown to users.
        instruction: the text added to the prompt.
        full: the strength |s| at which the pole is fully on (z = 1). Above 1 the instruction is
            amplified beyond what prompting does; docs/taste.md has the measurements.
        tilt: word classes that the pole favours or avoids (`core.lexicon`).
    """

    name: str
    instruction: str
    full: float = 1.0
    tilt: Tilt = ()


@dataclass(frozen=True)
class Axis:
    """A taste axis.

    Args:
        name: the axis's name, unique in a profile.
        toward: the pole of positive strength s.
        away: the pole of negative strength s.
        builtin: False for an axis that the user added. The response matrix has no rows for its
            poles, so its prior is wider (`core.reward.Priors`).
    """

    name: str
    toward: Pole
    away: Pole
    builtin: bool = True

    @property
    def poles(self) -> tuple[Pole, Pole]:
        """Both poles, `toward` first: the order of pole indices 2a and 2a + 1."""
        return (self.toward, self.away)


_NO_PERSONS = (("I or we", -4.0), ("you", -4.0))

AXES: tuple[Axis, ...] = (
    Axis(
        "length",
        Pole("brief", "Please answer in one or two short sentences.", tilt=(("the end", 1.0),)),
        Pole(
            "detailed",
            "Please write a long, thorough answer of at least six paragraphs.",
            tilt=(("long words", 0.3), ("the end", -3.0)),
        ),
    ),
    Axis(
        "words",
        Pole("simple words", "Explain it like I am five years old.", tilt=(("long words", -1.0),)),
        Pole(
            "academic",
            "Please use scientific terms.",
            tilt=(("I or we", -2.0), ("long words", 0.8), ("you", -2.0)),
        ),
    ),
    Axis(
        "form",
        Pole(
            "lists",
            "Please answer with a numbered list.",
            tilt=(("line breaks", 1.0), ("the end", -1.0)),
        ),
        Pole("prose", "Please answer in one paragraph.", tilt=(("line breaks", -6.0),)),
    ),
    Axis(
        "tone",
        Pole(
            "warm",
            "Please be very friendly, upbeat and encouraging!",
            tilt=(("exclamation marks", 1.0), ("warm words", 1.5)),
        ),
        Pole(
            "sober",
            "Please give only the facts.",
            tilt=(
                *_NO_PERSONS,
                ("exclamation marks", -6.0),
                ("long words", 0.5),
                ("question marks", -2.0),
                ("warm words", -3.0),
            ),
        ),
    ),
    Axis(
        "imagery",
        Pole(
            "vivid",
            "Please use vivid, colorful descriptions and comparisons.",
            tilt=(("images", 2.0),),
        ),
        Pole(
            "literal",
            "Please describe things exactly as they are, in plain language.",
            tilt=(("images", -3.0),),
        ),
    ),
    Axis(
        "humor",
        Pole("playful", "Please make it funny and entertaining."),
        Pole(
            "matter-of-fact",
            "Please use dry, matter-of-fact language.",
            tilt=(("exclamation marks", -4.0), ("images", -1.0), ("warm words", -2.0)),
        ),
    ),
    Axis(
        "examples",
        Pole(
            "concrete",
            "Please give several specific examples with numbers.",
            tilt=(("examples", 3.0), ("names", 1.5), ("numbers", 0.9)),
        ),
        Pole(
            "abstract",
            "Please explain the big picture.",
            tilt=(("long words", 0.5), ("numbers", -1.0)),
        ),
    ),
    Axis(
        "address",
        Pole("personal", "Please talk to me directly.", tilt=(("you", 1.5),)),
        Pole(
            "impersonal",
            "Please answer like an encyclopedia article.",
            tilt=(*_NO_PERSONS, ("long words", 0.3)),
        ),
    ),
    Axis(
        "telling",
        Pole("story", "Please explain it with a short story about a person."),
        Pole("step by step", "Please explain it step by step."),
    ),
    Axis(
        "register",
        Pole(
            "casual",
            "Please write casually, like chatting with a friend.",
            tilt=(("I or we", 0.7), ("you", 0.5)),
        ),
        Pole(
            "formal",
            "Please write in a formal and polite way.",
            tilt=(("I or we", -1.0), ("exclamation marks", -3.0), ("long words", 0.3)),
        ),
    ),
    Axis(
        "ending",
        Pole(
            "closing question",
            "Please finish with a question for me.",
            tilt=(
                ("question marks", 2.5),
                ("questions", 2.0),
                ("the end after a question", 6.0),
                ("the end without a question", -6.0),
            ),
        ),
        Pole("closing summary", "Please finish with a short summary."),
    ),
)
"""The built-in axes. Their wordings and tilts were tuned on prompts and simulated users kept apart
from those of the benchmarks (docs/taste.md)."""
