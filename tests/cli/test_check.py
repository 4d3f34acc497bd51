"""tpop check and tpop taste compare: what the taste changes, honestly."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.intervals import wilson_interval
from tpop_cli.store.profile import Profile

from .test_cli import JUDGE, run
from .test_terminal import FOOTER, clear_taste, left, terminal

FIRST = f"""{__import__("sys").executable} -c "import sys
for _ in sys.stdin: print(1, flush=True)" """


@pytest.fixture(autouse=True)
def _tiny(tiny_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPOP_MODEL", str(tiny_path))
    monkeypatch.setenv("TPOP_MAX_TOKENS", "12")
    monkeypatch.setenv("TPOP_THREADS", "1")


@given(st.integers(1, 200), st.data())
def test_the_interval_is_wilsons(n: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, 2 * n)) / 2
    low, high = wilson_interval(wins, n)
    p = wins / n
    assert 0 <= low <= p <= high <= 1
    for bound in (low, high):  # the shares that are just 1.96 of their standard errors away from p
        assert abs(p - bound) == pytest.approx(
            1.959964 * math.sqrt(bound * (1 - bound) / n), rel=1e-6, abs=1e-6
        )


def test_a_check_says_when_nothing_can_be_measured() -> None:
    assert "holds no questions" in run("check", "--judge", JUDGE, "-p", "none", code=66).stderr
    assert "needs a terminal" in run("check", code=2).stderr
    clear_taste("work")
    n = Profile("work").n_picks
    found = json.loads(run("check", "--judge", FIRST, "--json", "-p", "work", "--seed", "1").stdout)
    assert found["decided"] == found["pairs"] <= 10
    assert found["low"] <= found["win_rate"] <= found["high"]
    low, high = found["low"], found["high"]
    expected = (
        "your taste helps"
        if low > 0.5
        else "your taste harms"
        if high < 0.5
        else "no measurable benefit"
    )
    assert found["verdict"] == expected
    assert Profile("work").n_picks == n  # nothing is learned


def test_a_check_counts_the_steered_side_wherever_it_stood() -> None:
    """A judge that always takes the first wins as often as chance puts the steered answer there."""
    clear_taste("work")
    rates = [
        json.loads(
            run("check", "--judge", FIRST, "--json", "-p", "work", "--seed", str(seed)).stdout
        )["win_rate"]
        for seed in range(3)
    ]
    assert any(0 < rate < 1 for rate in rates)


def test_a_comparison_shows_both_with_one_seed() -> None:
    clear_taste("work")
    found = json.loads(
        run("taste", "compare", "Why?", "--json", "-p", "work", "--seed", "3").stdout
    )
    assert found["strengths"]
    assert found["plain"] != found["steered"]
    again = json.loads(
        run("taste", "compare", "Why?", "--json", "-p", "work", "--seed", "3").stdout
    )
    assert again == found
    piped = run("taste", "compare", "Why?", "-p", "work", "--seed", "3").stdout
    assert piped.startswith("plain:\n") and "\n\nyour taste:\n" in piped
    assert "nothing is steered yet" in run("taste", "compare", "Why?", "-p", "fresh").stderr


def test_a_check_on_a_terminal() -> None:
    clear_taste("work")
    with terminal("check", "--pairs", "2", "-p", "work", "-n", "8") as tpop:
        for n in (1, 2):
            tpop.expect(f"{n} of 2")
            tpop.expect(FOOTER)
            tpop.send("=")
        text = left(tpop)
    assert "taken 50% of 2 times" in text and "no measurable benefit" in text
