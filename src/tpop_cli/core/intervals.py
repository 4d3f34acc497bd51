"""Confidence intervals of win rates."""

from __future__ import annotations

import math

_Z = 1.959964  # the 97.5% quantile of the standard normal distribution


def wilson_interval(wins: float, n: int) -> tuple[float, float]:
    """The 95% score interval of a win rate (Wilson 1927).

    Args:
        wins: number of wins, from 0 to n; a tie counts one half.
        n: number of comparisons.

    >>> [round(x, 3) for x in wilson_interval(8, 10)]
    [0.49, 0.943]
    >>> wilson_interval(0, 0)
    (0.0, 1.0)
    """
    if n == 0:
        return 0.0, 1.0
    p, z2 = wins / n, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    # The bounds against p absorb rounding at p = 0 and p = 1.
    return min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half))
