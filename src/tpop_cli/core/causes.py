"""Telling causes apart: which pole of the exploit arm has earned its place by itself.

A pole that is on in the exploit arm of every duel takes part in every win, whatever won. Only a
duel in which it is the one thing that differs says what it adds.
"""

from __future__ import annotations

from .reward import Strengths
from .taste import Taste


def confounded_pole(taste: Taste, exploit: Strengths, span: int) -> str | None:
    """The axis of the exploit arm in which both arms of each of the last `span` duels differed,
    though never in it alone; None if there is none.

    Args:
        taste: whose latest picks count.
        exploit: the strengths of the exploit arm.
        span: a number of duels, at most `core.taste.WINDOW`.

    Returns:
        The first such axis, in the order in which the exploit arm's poles were chosen.
    """
    latest = taste.recent[-span:]
    if len(latest) < span:
        return None
    axes = [axis.name for axis in taste.reward.axes]
    differing = [
        {
            axes[pole // 2]: delta
            for pole, delta in enumerate(taste.reward.split(one.difference)[0])
            if delta
        }
        for one in latest
    ]
    for name in exploit:
        if name in axes and all(name in of_duel and len(of_duel) > 1 for of_duel in differing):
            return name
    return None
