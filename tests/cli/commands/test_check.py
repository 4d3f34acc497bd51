"""tpop check: whether a taste helps."""

from __future__ import annotations

import json

import pytest

from tpop_cli.store.profile import Profile

from ..clear_taste import teach_clear_taste
from ..running import FOOTER, JUDGE, run, terminal, until_end

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_a_check_reports_the_win_rate_and_its_interval() -> None:
    assert "has no questions" in run("check", "--judge", JUDGE, "-p", "none", code=66).stderr
    assert "needs a terminal" in run("check", code=2).stderr
    teach_clear_taste("work")
    n = Profile("work").n_picks
    found = json.loads(run("check", "--judge", JUDGE, "--json", "-p", "work", "--seed", "1").stdout)
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


def test_a_check_counts_the_steered_answer_on_either_side() -> None:
    """A judge that always picks the first answer picks the steered one in part of the pairs."""
    teach_clear_taste("work")
    rates = [
        json.loads(
            run("check", "--judge", JUDGE, "--json", "-p", "work", "--seed", str(seed)).stdout
        )["win_rate"]
        for seed in range(3)
    ]
    assert any(0 < rate < 1 for rate in rates)


def test_a_check_on_a_terminal() -> None:
    teach_clear_taste("work")
    with terminal("check", "--pairs", "2", "-p", "work", "-n", "8") as tpop:
        for n in (1, 2):
            tpop.expect(f"{n} of 2")
            tpop.expect(FOOTER)
            tpop.send("=")
        text = until_end(tpop)
    assert "picked 50% of 2 times" in text and "no measurable benefit" in text
