"""Duels that a program decides, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .core.picks import Pick
from .duel import Duel, Key
from .judge import Decides
from .turn import Turns


def key_of(duel: Duel, judge: Decides) -> Key:
    """What the judge says of a complete duel, shown in its order."""
    return judge.decide(duel.prompt, [duel.arms[i].answer for i in duel.order])


def teach(
    turns: Turns,
    prompts: Sequence[str],
    judge: Decides,
    n_duels: int,
    on_pick: Callable[[Duel, Pick], None] | None = None,
) -> int:
    """Fight `n_duels` duels, going through the prompts again when they run out.

    Returns:
        How many duels were decided: fewer than asked for if the stop flag was set.
    """
    for n in range(n_duels):
        duel = turns.duel(turns.asked(prompts[n % len(prompts)]))
        if not duel.complete:
            return n
        pick = turns.learn(duel, duel.verdict(key_of(duel, judge)))
        if on_pick:
            on_pick(duel, pick)
    return n_duels
