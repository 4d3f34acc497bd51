"""How sure a share of wins is."""

from __future__ import annotations

import math

_Z = 1.959964  # 95% of a normal distribution lie within so many standard deviations


def wilson_interval(wins: float, n: int) -> tuple[float, float]:
    """The 95% interval of a share of wins, a tie being half of one (Wilson 1927).

    Args:
        wins: from 0 to n.
        n: how many were decided.

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
    return min(p, max(0.0, middle - half)), max(
        p, min(1.0, middle + half)
    )  # rounding must not pass p itself
