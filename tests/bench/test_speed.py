"""The speed bench: every part runs and is drawn."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tpop_cli.bench.speed import EXPLOIT, EXPLORE
from tpop_cli.core.arms import explore_options
from tpop_cli.core.axes import AXES
from tpop_cli.core.steering import contexts
from tpop_cli.ui.speed import speed_report

from ..cli.running import run


def test_the_arms_that_are_timed_are_those_of_default_settings() -> None:
    poles = explore_options(AXES)
    assert dict(EXPLORE) in poles
    for axis, strength in EXPLOIT.items():
        assert {axis: strength} in poles
    assert len(contexts(AXES, EXPLOIT)) == len(contexts(AXES, EXPLORE)) == 3


def test_every_part_runs_and_is_drawn(tiny_path: Path) -> None:
    options = ["--model", str(tiny_path), "--threads", "1", "--ctx", "4096"]
    found = json.loads(run("bench", "speed", "--quick", "--json", *options).stdout)
    for part in (
        "answers",
        "first token",
        "step",
        "many",
        "start-up",
        "memory",
        "picks",
        "growth",
        "other work",
        "neural",
    ):
        assert found[part], part
    assert found["answers"]["steered duel"]["ratio"] > 0
    prefilled = found["first token"]["prefilled"]
    assert prefilled["unsteered answer"] == found["first token"]["new tokens"]
    parts = [found["step"][part] for part in ("llama_decode", "sampler", "drawing", "the rest")]
    assert sum(parts) == pytest.approx(found["step"]["step"])
    assert all(part > 0 for part in parts)
    assert found["memory"]["duel"] > 1e7
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(speed_report(found))
    text = console.export_text()
    for words in (
        "steered duel",
        "tenth turn",
        "llama_decode",
        "--version",
        "Recorded picks",
        "beside other busy processes",
        "naive T-POP step",
    ):
        assert words in text


def test_a_part_can_be_measured_alone(tiny_path: Path) -> None:
    options = ["--parts", "picks", "--model", str(tiny_path)]
    found = json.loads(run("bench", "speed", "--quick", "--json", *options).stdout)
    assert "picks" in found and "answers" not in found


def test_an_unknown_part_is_an_error() -> None:
    assert "one of: answers" in run("bench", "speed", "--parts", "nonsense", code=2).stderr
