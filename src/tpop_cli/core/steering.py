"""From an arm's strengths to the contexts it reads: their instructions and their weights.

An arm with strengths s has the steered score

    log π_s(v) = log π(v | x) + Σ_a ω_a·|s_a|·[ log π(v | pole_a, x) − log π(v | opposite_a, x) ]

over the tokens v that are plausible in the plain context x, by the smallest bound α of its poles,
and in the context of each of them, by β (`core.scores`). The sign of s_a picks the pole of axis a,
and ω_a is its largest steering weight. This is the paper's form, base score + ω·reward (arXiv
2509.24696). Its reward is a contrast of the frozen model with itself: what both instructions of an
axis have in common, such as their language, cancels.

So an arm reads the plain context with weight 1, and for each active axis the context of the pole
with weight ω_a·|s_a|, and that of the opposite pole with the same weight, negative. The weights sum
to one.

All wishes in the user's own words (`core.said`) share one pair of contexts. A wish has no opposite:
an instruction of the same form that wishes for nothing takes its place, so that being told about
wishes at all cancels.

The cheap alternative, `Steer` "prompt", reads one context: the prompt with the instructions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .axes import Axis, Pole
from .reward import Strengths

Steer = Literal["contrast", "prompt"]
"""How poles steer: by the contrast of two instructions, or by an instruction in the prompt."""

NO_WISHES = Pole("", "The answer follows no wishes.")
"""The opposite of every wish."""

WISH_WEIGHT, WISH_ALPHA = 3.0, 0.02
"""The steering weight and the plausibility bound of wishes (docs/algorithm.md)."""

_BEFORE, _BEHIND = "{instruction}\n\n{prompt}", "{prompt}\n\n{instruction}"
# Before the question, so that the question's language has the last word.


@dataclass(frozen=True)
class Context:
    """One way to read the prompt.

    Args:
        instruction: the instruction added to the prompt; None for the plain context.
        weight: its weight in the steered score.
    """

    instruction: str | None
    weight: float


PLAIN = Context(None, 1.0)


@dataclass(frozen=True)
class ActivePole:
    """A pole that an arm's strengths turn on.

    Args:
        pole: the pole that the sign of s picks.
        opposite: the other pole of its axis.
        strength: |s|.
    """

    pole: Pole
    opposite: Pole
    strength: float


def active_poles(axes: Sequence[Axis], strengths: Strengths) -> list[ActivePole]:
    """The poles that `strengths` turns on, in the order of the axes."""
    active = []
    for axis in axes:
        s = strengths.get(axis.name, 0.0)
        if s:
            pole, opposite = axis.poles if s > 0 else axis.poles[::-1]
            active.append(ActivePole(pole, opposite, abs(s)))
    return active


def contexts(
    axes: Sequence[Axis], strengths: Strengths, steer: Steer = "contrast"
) -> list[Context]:
    """The contexts of an arm, the one that decides which tokens are plausible first.

    The weights sum to one. With `steer` "prompt" there is one context, and the strength of a pole
    has no effect beyond turning it on.
    """
    active = active_poles(axes, strengths)
    if not active:
        return [PLAIN]
    wishes = [one.pole for one in active if one.opposite is NO_WISHES]
    styles = [one for one in active if one.opposite is not NO_WISHES]
    joined = join_wishes([wish.instruction for wish in wishes])
    if steer == "prompt":
        instructions = [*(one.pole.instruction for one in styles), *([joined] if wishes else [])]
        return [Context(" ".join(instructions), 1.0)]
    pairs = [
        (one.pole.instruction, one.opposite.instruction, one.pole.weight * one.strength)
        for one in styles
    ]
    if wishes:
        weight = max(wish.weight for wish in wishes)
        pairs.append((joined, NO_WISHES.instruction, weight))
    found = [PLAIN]
    for instruction, opposite, weight in pairs:
        found += [Context(instruction, weight), Context(opposite, -weight)]
    return found


def join_wishes(wishes: Sequence[str]) -> str:
    """The instruction of the context that all wishes share.

    >>> join_wishes(["no emojis", "British spelling."])
    'The answer follows these wishes: no emojis; British spelling.'
    """
    return f"The answer follows these wishes: {'; '.join(wish.rstrip('.') for wish in wishes)}."


def wish_axis(wish: str) -> Axis:
    """An axis for a wish, named by it: it has one pole, and `NO_WISHES` is its opposite."""
    return Axis(wish, Pole(wish, wish, WISH_WEIGHT, WISH_ALPHA), NO_WISHES, builtin=False)


def n_contexts(n_axes: int, steer: Steer = "contrast", wishes: bool = False) -> int:
    """How many contexts an arm with this number of active axes reads, and with or without wishes.

    >>> n_contexts(0), n_contexts(2), n_contexts(2, "prompt"), n_contexts(1, wishes=True)
    (1, 5, 1, 5)
    """
    return 1 + 2 * (n_axes + wishes) if steer == "contrast" else 1


def plausibility(axes: Sequence[Axis], strengths: Strengths) -> float:
    """α of an arm: the smallest of its active poles, and 1 without any."""
    return min((one.pole.alpha for one in active_poles(axes, strengths)), default=1.0)


def instructions(
    axes: Sequence[Axis], arms: Sequence[Strengths], steer: Steer = "contrast"
) -> list[str]:
    """The different instructions in the contexts of arms with these strengths."""
    readings = [reading for arm in arms for reading in contexts(axes, arm, steer)]
    found = dict.fromkeys(reading.instruction for reading in readings)
    return [instruction for instruction in found if instruction is not None]


def with_instruction(prompt: str, instruction: str | None, *, behind: bool = False) -> str:
    """The user's prompt as it appears in a context.

    Args:
        prompt: what the user wrote.
        instruction: what a pole adds; None in the plain context.
        behind: whether the instruction stands behind the prompt.
    """
    if instruction is None:
        return prompt
    return (_BEHIND if behind else _BEFORE).format(prompt=prompt, instruction=instruction)
