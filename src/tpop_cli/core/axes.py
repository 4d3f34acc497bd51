"""Taste axes: pairs of plain-language instructions that steer an answer one way or the other."""

from __future__ import annotations

from dataclasses import dataclass

from .lexicon import Tilt


@dataclass(frozen=True)
class Pole:
    """One end of an axis: a name people read, and the instruction the model reads.

    Args:
        name: what people read.
        instruction: what the model reads.
        full: the strength |s| of the pole when it is fully on (z = 1). Above 1 the instruction is amplified
            beyond what prompting does; docs/taste.md has the measurements that each value rests on.
        tilt: word classes that the pole favours or avoids (`core.lexicon`).
    """

    name: str
    instruction: str
    full: float = 1.0
    tilt: Tilt = ()


@dataclass(frozen=True)
class Axis:
    """A taste axis. `toward` is the pole of positive strength s, `away` that of negative s.

    Nothing is known beforehand of what an axis that is not `builtin` does to a text.
    """

    name: str
    toward: Pole
    away: Pole
    builtin: bool = True

    @property
    def poles(self) -> tuple[Pole, Pole]:
        """Both poles, `toward` first: the order of pole indices 2a and 2a + 1."""
        return (self.toward, self.away)


AXES: tuple[Axis, ...] = (
    Axis(
        "length",
        Pole("brief", "Please answer in one or two short sentences."),
        Pole("detailed", "Please write a long, thorough answer of at least six paragraphs."),
    ),
    Axis(
        "words",
        Pole("simple words", "Please use simple words that a small child understands."),
        Pole("academic", "Please answer in a formal, academic style with technical terms.", 1.5),
    ),
    Axis(
        "form",
        Pole("lists", "Please answer as a list of short bullet points."),
        Pole("prose", "Please answer in one continuous paragraph of prose."),
    ),
    Axis(
        "tone",
        Pole("warm", "Please be very friendly, upbeat and encouraging!", 1.5),
        Pole("sober", "Please be serious and professional."),
    ),
    Axis(
        "imagery",
        Pole("vivid", "Please use vivid, colorful descriptions and comparisons.", 1.5),
        Pole("literal", "Please describe things exactly as they are, in plain language."),
    ),
    Axis(
        "humor",
        Pole("playful", "Please make it funny and entertaining."),
        Pole("matter-of-fact", "Please use dry, matter-of-fact language."),
    ),
    Axis(
        "examples",
        Pole("concrete", "Please give several specific examples with numbers."),
        Pole("abstract", "Please explain the big picture and the abstract concepts.", 1.5),
    ),
    Axis(
        "address",
        Pole("personal", 'Please tell me what I should do, speaking to me as "you".'),
        Pole("impersonal", "Please answer like an encyclopedia article."),
    ),
    Axis(
        "telling",
        Pole("story", "Please explain it with a short story about a person."),
        Pole("step by step", "Please explain it step by step."),
    ),
    Axis(
        "register",
        Pole("casual", "Please write casually, like chatting with a friend."),
        Pole("formal", "Please write in a formal and polite way."),
    ),
    Axis(
        "ending",
        Pole("closing question", "Please finish with a question for me.", 1.5),
        Pole("closing summary", "Please finish with a short summary."),
    ),
)
"""The built-in axes. Wordings were chosen on tuning prompts; `tpop axes list` prints them."""
