"""From an arm's strengths to the contexts it reads: which instructions stand in each, and its weight.

The steered score of an arm whose strengths are s is

    log π_s(v) = (1 − S)·log π(v | x) + S·log π(v | x + the poles that are on) + tilt(v),     S = max_a |s_a|

With one active axis this is the sum over axes of `core.scores`, term by term. With two, their instructions are
read together in one context: that costs one sequence where two contexts cost two, and holds together better
(docs/taste.md). At S = 1 the plain context drops out, and a steered answer costs what a plain one does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .axes import Axis, Pole
from .lexicon import Tilt
from .reward import Strengths

PLACEMENT = "{prompt}\n\n{instruction}"
"""Where instructions stand: at the end of the last user turn, so that all contexts share the KV cache of the
whole chat and differ in a few last tokens only."""


@dataclass(frozen=True)
class Context:
    """One reading of the prompt: with instructions, or plain (None), and its weight in the score."""

    instruction: str | None
    weight: float


def active_poles(axes: Sequence[Axis], strengths: Strengths) -> list[tuple[Pole, float]]:
    """The poles that strengths switch on, with |s|, in the order of the axes."""
    found = []
    for axis in axes:
        s = strengths.get(axis.name, 0.0)
        if s:
            found.append((axis.toward if s > 0 else axis.away, abs(s)))
    return found


def contexts(axes: Sequence[Axis], strengths: Strengths) -> list[Context]:
    """The contexts of an arm; their weights sum to one, and contexts of weight zero are left out."""
    poles = active_poles(axes, strengths)
    if not poles:
        return [Context(None, 1.0)]
    S = max(s for _, s in poles)
    steered = Context(" ".join(pole.instruction for pole, _ in poles), S)
    plain = 1.0 - S
    return [steered] if abs(plain) < 1e-9 else [Context(None, plain), steered]


def tilt(axes: Sequence[Axis], strengths: Strengths) -> Tilt:
    """What an arm adds to the scores of word classes: the sum over its active poles, as far as each is on."""
    found: dict[str, float] = {}
    for pole, s in active_poles(axes, strengths):
        for name, amount in pole.tilt:
            found[name] = found.get(name, 0.0) + amount * min(1.0, s / pole.full)
    return tuple(sorted(found.items()))


def with_instruction(prompt: str, instruction: str | None) -> str:
    """The user's prompt as a context reads it."""
    return PLACEMENT.format(prompt=prompt, instruction=instruction) if instruction else prompt
