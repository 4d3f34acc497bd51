"""The Wilson score interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.intervals import wilson_interval

Z = 1.959964


@given(st.integers(1, 500), st.data())
def test_both_ends_are_exactly_z_standard_errors_from_the_win_rate(
    n: int, data: st.DataObject
) -> None:
    """The definition: |p − q| = z·√(q(1 − q)/n) at both ends q."""
    wins = data.draw(st.integers(0, 2 * n)) / 2  # a tie is half a win
    low, high = wilson_interval(wins, n)
    p = wins / n
    assert 0.0 <= low <= p <= high <= 1.0
    for q in (low, high):
        if 1e-9 < q < 1 - 1e-9:
            expected = Z * math.sqrt(q * (1 - q) / n)
            assert abs(p - q) == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_known_intervals() -> None:
    assert wilson_interval(8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-5)
    assert wilson_interval(0, 0) == (0.0, 1.0)  # no comparison excludes nothing
