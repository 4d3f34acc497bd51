"""tpop bench harm: whether steered answers keep what was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import run

TINY = ("bench", "harm", "--quick", "--max-tokens", "8")


@pytest.mark.usefixtures("tiny_env")
def test_bench_harm_runs_and_resumes(home: Path) -> None:
    result = json.loads(run(*TINY, "--json").stdout)
    assert [row["name"] for row in result["steered"]] == ["brief", "academic", "short"]
    assert result["model"] == "tiny"
    assert {"date", "machine", "plan", "plain", "mean_of_poles"} <= set(result)
    (cache,) = (home / "data" / "bench").iterdir()
    size = cache.stat().st_size
    shown = run(*TINY).stdout
    assert cache.stat().st_size == size  # nothing was decoded twice
    assert "steered by" in shown
    assert "mean of the poles" in shown


@pytest.mark.usefixtures("tiny_env")
def test_bench_harm_measures_the_poles_that_it_is_given() -> None:
    arguments = ("--poles", "warm, casual", "--prompts", "tune", "--duels", "0", "--each", "2")
    result = json.loads(
        run("bench", "harm", *arguments, "--max-tokens", "4", "--seeds", "2", "--json").stdout
    )
    assert [row["name"] for row in result["steered"]] == ["warm", "casual", "warm + casual"]
    assert result["plan"]["split"] == "tune"
    assert result["plan"]["seeds"] == 2
    assert result["prompts"] == {"code": 2, "facts": 2, "language": 4, "topics": 2}
    assert result["plan"]["max_tokens"] == 4


@pytest.mark.parametrize(("option", "value"), [("--poles", "terse"), ("--prompts", "all of them")])
def test_bench_harm_names_what_it_knows(option: str, value: str) -> None:
    failed = run("bench", "harm", option, value, code=2)
    assert f"there is none named {value!r}" in failed.stderr


def test_bench_harm_runs_on_the_starter_model(starter_path: Path) -> None:
    arguments = ("bench", "harm", "--quick", "--poles", "brief", "--threads", "1", "--json")
    result = json.loads(run(*arguments, TPOP_MODEL=str(starter_path)).stdout)
    assert result["plain"]["tokens"] > 8
    assert all(0 <= row["measures"]["topic"]["mean"] <= 1 for row in result["steered"])
