"""From an arm's strengths to the contexts it reads: their instructions and their weights.

An arm with strengths s has the steered score

    log π_s(v) = (1 − S)·log π(v | x) + S·log π(v | x + active poles) + tilt(v),    S = max_a |s_a|

With one active axis, and apart from the tilt, this is the sum of `core.scores`. With two, one
context holds both instructions: this costs one sequence instead of two, and the answers are more
coherent (docs/taste.md). At S = 1 the plain context has weight zero and is left out, so a steered
answer costs as much as a plain one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .axes import Axis, Pole
from .lexicon import Tilt
from .reward import Strengths

PLACEMENT = "{prompt}\n\n{instruction}"
"""Instructions come at the end of the last user turn. All contexts then share the KV cache of the
whole chat and differ only in a few tokens at the end."""


@dataclass(frozen=True)
class Context:
    """One way to read the prompt.

    Args:
        instruction: the instruction added to the prompt; None for the plain context.
        weight: its weight in the steered score.
    """

    instruction: str | None
    weight: float


def active_poles(axes: Sequence[Axis], strengths: Strengths) -> list[tuple[Pole, float]]:
    """The poles that `strengths` turns on, with |s|, in the order of the axes."""
    active = []
    for axis in axes:
        s = strengths.get(axis.name, 0.0)
        if s:
            active.append((axis.toward if s > 0 else axis.away, abs(s)))
    return active


def contexts(axes: Sequence[Axis], strengths: Strengths) -> list[Context]:
    """The contexts of an arm. Their weights sum to one; contexts of weight zero are left out."""
    poles = active_poles(axes, strengths)
    if not poles:
        return [Context(None, 1.0)]
    S = max(s for _, s in poles)
    steered = Context(" ".join(pole.instruction for pole, _ in poles), S)
    plain = 1.0 - S
    return [steered] if abs(plain) < 1e-9 else [Context(None, plain), steered]


def tilt(axes: Sequence[Axis], strengths: Strengths) -> Tilt:
    """The constants an arm adds to the scores of word classes.

    The sum over its active poles, each in proportion to its activation z = min(1, |s|/full).
    """
    total: dict[str, float] = {}
    for pole, s in active_poles(axes, strengths):
        z = min(1.0, s / pole.full)
        for name, amount in pole.tilt:
            total[name] = total.get(name, 0.0) + amount * z
    return tuple(sorted(total.items()))


def with_instruction(prompt: str, instruction: str | None) -> str:
    """The user's prompt as it appears in a context."""
    return PLACEMENT.format(prompt=prompt, instruction=instruction) if instruction else prompt
