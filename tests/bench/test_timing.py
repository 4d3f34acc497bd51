"""Measurements alternate, and medians are compared with the plain one."""

from __future__ import annotations

import pytest

from tpop_cli.bench.timing import compare, interleaved, seconds_of, summarize


def test_measurements_alternate() -> None:
    order: list[str] = []

    def measure(name: str, n: int) -> float:
        order.append(f"{name}{n}")
        return float(n)

    values = interleaved({"a": lambda n: measure("a", n), "b": lambda n: measure("b", n)}, 3)
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert values == {"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0]}


def test_medians_are_compared_with_the_plain_median() -> None:
    found = compare({"plain": [1.0, 2.0, 9.0], "duel": [3.0, 4.0, 8.0]})
    assert found == {"plain": 2.0, "duel": {"median": 4.0, "low": 3.0, "high": 8.0, "ratio": 2.0}}
    assert summarize([4.0], 8.0)["ratio"] == 0.5


def test_a_call_is_timed() -> None:
    assert seconds_of(lambda: None) == pytest.approx(0, abs=0.1)
