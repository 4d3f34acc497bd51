"""The README shows the table that its command prints."""

from __future__ import annotations

import json
from pathlib import Path

from tpop_cli.bench.readme_table import readme_table

ROOT = Path(__file__).parents[2]


def test_the_readme_shows_the_table_of_the_committed_measurement() -> None:
    result = json.loads((ROOT / "docs" / "bench-taste.json").read_text("utf-8"))
    assert readme_table(result) in (ROOT / "README.md").read_text("utf-8")


def test_a_row_for_each_way_of_asking_and_none_for_other_policies() -> None:
    rate = {"mean": 0.5, "low": 0.25, "high": 0.75}
    learner = {
        "policy": "ucb",
        "reward": "axes",
        "ask": "auto",
        "asked": 19.6,
        "consistent": dict.fromkeys(("0", "5", "10", "15", "40"), rate),
    }
    table = readme_table({"learners": [{**learner, "policy": "thompson"}, learner]})
    assert table.splitlines()[2:] == [
        "| asking when it helps" + " | 0.50 [0.25, 0.75]" * 5 + " | 20 |"
    ]
