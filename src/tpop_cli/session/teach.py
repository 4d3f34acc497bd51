"""Duels that a program decides, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core.picks import Pick
from .duel import Duel, Key
from .judge import Judge
from .session import Session


def ask_judge(duel: Duel, judge: Judge) -> Key:
    """What the judge says of a complete duel, shown in its order."""
    return judge.decide(duel.prompt, [duel.arms[i].answer for i in duel.order])


def teach(
    session: Session,
    prompts: Sequence[str],
    judge: Judge,
    n_duels: int,
    on_pick: Callable[[Duel, Pick], None] | None = None,
) -> int:
    """Fight `n_duels` duels, going through the prompts again when they run out.

    Returns:
        How many duels were decided: fewer than asked for if the stop flag was set.
    """
    for n in range(n_duels):
        duel = session.duel(session.asked(prompts[n % len(prompts)]))
        if not duel.complete:
            return n
        pick = session.learn(duel, duel.verdict(ask_judge(duel, judge)))
        if on_pick:
            on_pick(duel, pick)
    return n_duels
