"""Why the next single answer is steered as it is, in words."""

from __future__ import annotations

from collections.abc import Sequence

from .axes import Axis
from .describe import AxisTaste, with_amount
from .reward import Strengths
from .steering import active_poles


def answer_reasons(
    axes: Sequence[Axis], strengths: Strengths, tastes: Sequence[AxisTaste], wishes: Sequence[str]
) -> list[str]:
    """What steers an answer and why, such as "brief (you said so)", one for each pole and wish.

    Args:
        axes: the taste axes.
        strengths: of the answer.
        tastes: as of `describe.axis_tastes`, with what the user said.
        wishes: what the user said in their own words.
    """
    by_axis = {one.axis: one for one in tastes}
    found = []
    for axis in axes:
        for one in active_poles([axis], strengths):
            taste = by_axis[axis.name]
            agrees = taste.known and taste.preferred == one.pole.name
            why = (
                "you said so"
                if taste.said is not None
                else _unbracketed(taste.short)
                if agrees
                else "it seems to win, but not surely yet"
            )
            found.append(f"{with_amount(one.pole.name, one.strength)}: {why}")
    return [*found, *(f'"{wish}": you said so' for wish in wishes)]


def _unbracketed(evidence: str) -> str:
    """
    >>> _unbracketed("sure (14 of 16 picks)")
    'sure, 14 of 16 picks'
    """
    return evidence.replace(" (", ", ").rstrip(")")
