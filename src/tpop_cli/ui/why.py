"""Why the bandit asks: what the explore arm of a duel tries, in words that do not tell which side it is."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.steering import active_poles
from ..core.taste import Taste
from .taste import axis_tastes

Strengths = Mapping[str, float]


def why(taste: Taste, exploit: Strengths, explore: Strengths) -> str:
    """What this duel asks, and how sure the answer is so far."""
    axes = taste.reward.axes
    tried = [pole.name for pole, _ in active_poles(axes, {a: s for a, s in explore.items() if exploit.get(a) != s})]
    left_out = [pole.name for pole, _ in active_poles(axes, {a: s for a, s in exploit.items() if a not in explore})]
    if not tried and not left_out:
        return "both are written alike: nothing else is worth trying"
    if not tried:
        return f"one of them goes without {_listed(left_out)}: is that really what you like?"
    asked = f"one of them tries {_listed(tried)}"
    known = {pole: one for one in axis_tastes(taste) for pole in (one.toward, one.away)}
    doubts = [known[pole] for pole in tried if pole in known]
    if any(one.known and one.preferred in tried for one in doubts):
        return f"{asked}, which you seem to like: does it still hold?"
    return f"{asked}: still unsure whether you like that"


def _listed(names: list[str]) -> str:
    """
    >>> _listed(["lists", "warm"])
    '"lists" and "warm"'
    """
    return " and ".join(f'"{name}"' for name in names)
