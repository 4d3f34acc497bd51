"""The README shows the table that its command prints."""

from __future__ import annotations

import json
from pathlib import Path

from tpop_cli.bench.readme_table import readme_table

ROOT = Path(__file__).parents[2]


def test_the_readme_shows_the_table_of_the_committed_measurement() -> None:
    result = json.loads((ROOT / "docs" / "bench-taste.json").read_text("utf-8"))
    assert readme_table(result) in (ROOT / "README.md").read_text("utf-8")


def test_a_row_for_each_group_of_users() -> None:
    rates = {
        group: {n: {"mean": mean, "low": 0.25, "high": 0.75} for n in ("0", "5", "10", "15")}
        for group, mean in (("extremes", 0.5), ("middle", 0.6))
    }
    groups = {"extremes": ["short", "long"], "middle": ["60 words"]}
    plan = {"counts": (0, 5, 10, 15)}
    table = readme_table({"plan": plan, "learners": [rates], "groups": groups})
    assert [line.split(" | ")[1:] for line in table.splitlines()[2:]] == [
        [*["0.50 [0.25, 0.75]"] * 3, "0.50 [0.25, 0.75] |"],
        [*["0.60 [0.25, 0.75]"] * 3, "0.60 [0.25, 0.75] |"],
    ]
    assert "2 users" in table and "1 users" in table
