"""When to ask: a duel is worth a person's while if its pick may change what they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from .arms import ArmRules, upper_bounds
from .reward import Strengths
from .taste import Taste


@dataclass(frozen=True)
class AskRules:
    """When `--ask auto` asks.

    Args:
        min_picks: so many picks are asked for in any case.
        min_gain: below this optimistic gain of the explore arm, Δr + ν·width, a duel teaches too little.
        recheck_every: after so many single answers it checks back.
        recent_misses: as long as one of so many last picks was told wrong, it asks.
    """

    min_picks: int = 8
    min_gain: float = 0.8
    recheck_every: int = 5
    recent_misses: int = 2


def should_ask(
    taste: Taste, exploit: Strengths, singles: int, arms: ArmRules, rules: AskRules = AskRules()
) -> bool:
    """Whether the next answer should be a duel.

    Args:
        taste: of this moment.
        exploit: the exploit arm's strengths.
        singles: single answers since the last duel.
    """
    if taste.n < rules.min_picks or singles >= rules.recheck_every:
        return True
    if any(seen.mispredicted for seen in taste.recent[-rules.recent_misses :]):
        return True
    return optimistic_gain(taste, exploit, arms) > rules.min_gain


def optimistic_gain(taste: Taste, exploit: Strengths, arms: ArmRules) -> float:
    """What the best explore arm may gain over the exploit arm at most: an upper bound on the regret of not asking."""
    return float(upper_bounds(taste.reward, exploit, arms).max())
