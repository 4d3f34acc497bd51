"""Teaching: duels that a judge decides, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..core.picks import Pick
from ..errors import UsageError
from .duel import Duel
from .judge import Judge, JudgeStoppedError, ask_judge
from .session import Session


def teach(
    session: Session,
    prompts: Sequence[str],
    judge: Judge,
    n_duels: int | None = None,
    on_pick: Callable[[Duel, Pick], None] | None = None,
) -> int:
    """Run duels that a judge decides, going through the prompts again when they run out.

    Args:
        session: learns from the picks.
        prompts: what the duels are about, in order.
        judge: decides them.
        n_duels: how many; None: one for each prompt.
        on_pick: called after every pick.

    Returns:
        How many duels were decided: fewer than `n_duels` if the stop flag was set.

    Raises:
        UsageError: there are no prompts.
    """
    if not prompts:
        raise UsageError("there are no prompts to teach with", "give at least one")
    n_duels = len(prompts) if n_duels is None else n_duels
    for n in range(n_duels):
        duel = session.duel(prompts[n % len(prompts)])
        if not duel.complete:
            return n
        try:
            key = ask_judge(duel, judge)
        except JudgeStoppedError:
            return n
        pick = session.pick(duel, key)
        if on_pick:
            on_pick(duel, pick)
    return n_duels
