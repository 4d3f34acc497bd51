"""tpop bench taste: simulated users."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import run


@pytest.mark.usefixtures("tiny_env")
def test_bench_taste_runs_and_resumes(home: Path) -> None:
    arguments = ("bench", "taste", "--quick", "--max-tokens", "8", "--policies", "ucb,random pairs")
    first = run(*arguments, "--json").stdout
    assert {one["policy"] for one in json.loads(first)["learners"]} == {"ucb", "random pairs"}
    (bank,) = (home / "data" / "bench").iterdir()
    size = bank.stat().st_size
    picture = home / "taste.svg"
    shown = run(*arguments, "--svg", str(picture)).stdout
    assert bank.stat().st_size == size  # nothing was decoded twice
    assert "oracle" in shown
    assert "<svg" in picture.read_text()
    tuned = (
        "--prompts",
        "tune",
        "--rewards",
        "axes,neural",
        "--ask",
        "always,auto",
        "--candidates",
        "3",
    )
    names = [
        one["name"] for one in json.loads(run(*arguments, *tuned, "--json").stdout)["learners"]
    ]
    assert names == ["ucb", "random pairs", "ucb, neural", "ucb, asking when it helps"]
    assert "none named 'nobody'" in run("bench", "taste", "--users", "nobody", code=2).stderr


@pytest.mark.usefixtures("tiny_env")
def test_users_are_named_by_group_and_by_name() -> None:
    arguments = ("--duels", "1", "--seeds", "1", "--judged", "1", "--no-oracle", "--json")
    users = ("--users", "middle,short,60 words", "--max-tokens", "4")
    played = json.loads(run("bench", "taste", *users, *arguments).stdout)["plan"]["users"]
    assert played[:2] == ["60 words", "100 words"]
    assert played[-1] == "short"
    assert len(played) == len(set(played)) == 7
