"""When to ask: a duel is worth the user's time if its pick can change the answers they get."""

from __future__ import annotations

from dataclasses import dataclass

from .arms import ArmRules, optimistic_gains
from .reward import Strengths
from .taste import Taste


@dataclass(frozen=True)
class AskRules:
    """When `--ask auto` asks for a pick.

    Args:
        min_picks: always ask until the taste rests on this many picks.
        min_gain: ask while the optimistic gain of the explore arm, Δr + ν·width, is above this.
        recheck_every: ask after this many single answers in a row.
        recent_misses: ask while any of this many latest picks was mispredicted.
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
        taste: the current taste.
        exploit: the exploit arm's strengths.
        singles: number of single answers since the last duel.
        arms: the rules for choosing arms; ν enters the optimistic gain.
        rules: the thresholds.
    """
    if taste.n < rules.min_picks or singles >= rules.recheck_every:
        return True
    if any(observation.mispredicted for observation in taste.recent[-rules.recent_misses :]):
        return True
    return optimistic_gain(taste, exploit, arms) > rules.min_gain


def optimistic_gain(taste: Taste, exploit: Strengths, arms: ArmRules) -> float:
    """The largest optimistic estimate of what any candidate gains over the exploit arm.

    With the default ν = 1 it is one posterior standard deviation above the mean, not a bound on
    the regret of not asking.
    """
    return float(optimistic_gains(taste.reward, exploit, arms).max())
