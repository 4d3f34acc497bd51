"""The speed bench as tables: the results that the documents report."""

from __future__ import annotations

import json
from pathlib import Path

from tpop_cli.ui.speed import speed_report

from .console import draw

RESULTS = Path(__file__).parents[2] / "docs" / "bench-speed.json"


def test_every_part_of_the_results_has_its_table() -> None:
    found = json.loads(RESULTS.read_text("utf-8"))
    lines = draw(speed_report(found), 120)
    assert lines[0].startswith(found["model"])
    titles = [
        "Time per token",
        "Time to the first token of a chat's first turn",
        "Time to the first token of a chat's tenth turn",
        "One step of a steered duel",
        "Many prompts in one batch",
        "Start-up time",
        "Peak memory",
        "Recorded picks",
        "One step of a duel, by active axes",
        "the naive T-POP step",
    ]
    shown = "\n".join(lines)
    places = [shown.index(title) for title in titles]
    assert places == sorted(places)


def test_parts_that_were_not_run_are_left_out() -> None:
    found = json.loads(RESULTS.read_text("utf-8"))
    head = {key: found[key] for key in ("model", "date", "plan", "machine")}
    assert len(draw(speed_report(head), 200)) == 1
