"""Helpers for timing: alternating measurements, and their medians compared with plain ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def interleaved(
    measures: Mapping[str, Callable[[int], float]], rounds: int
) -> dict[str, list[float]]:
    """Measure alternately (A B A B), so that a machine that slows down slows all measures alike.

    Args:
        measures: name -> a function from the number of the round to a value.
        rounds: how often each is called.

    Returns:
        Name -> its value in each round.
    """
    values: dict[str, list[float]] = {name: [] for name in measures}
    for n in range(rounds):
        for name, measure in measures.items():
            values[name].append(measure(n))
    return values


def summarize(values: Sequence[float], plain: float) -> dict[str, float]:
    """Median, lowest and highest value, and the ratio of the median to a plain value."""
    return {
        "median": median(values),
        "low": min(values),
        "high": max(values),
        "ratio": median(values) / plain,
    }


def compare(values: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The median of the values named "plain", and a summary of all others; see `summarize`."""
    plain = median(values["plain"])
    others = {name: summarize(of_one, plain) for name, of_one in values.items() if name != "plain"}
    return {"plain": plain, **others}
