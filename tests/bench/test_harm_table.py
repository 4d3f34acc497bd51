"""The tables of docs/harm.md are those of the committed measurements."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.bench.harm_table import harm_table

DOCS = Path(__file__).parents[2] / "docs"
MEASURED = sorted(DOCS.glob("bench-harm-*.json"))


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_the_page_shows_the_table_of_each_committed_measurement(path: Path) -> None:
    result = json.loads(path.read_text("utf-8"))
    page = (DOCS / "harm.md").read_text("utf-8")
    assert harm_table(result) in page
    assert f"python -m tpop_cli.bench.harm_table docs/{path.name}" in page


def test_a_row_has_shares_differences_style_and_tokens() -> None:
    rate = {"mean": 0.5, "low": 0.25, "high": 0.75}
    rates = dict.fromkeys(("code", "facts", "language", "topic", "fences", "quoting"), rate)
    row = {"kind": "pole", "name": "brief", "measures": rates, "differences": rates}
    row |= {"style": rate, "tokens": 20.4}
    result = {
        "model": "tiny",
        "date": "2026-01-02",
        "machine": {"system": "Linux x86_64", "threads": 1},
        "plan": {"split": "report", "seeds": 1, "max_tokens": 160},
        "prompts": {"code": 12, "facts": 24},
        "plain": {"measures": rates, "tokens": 60.0},
        "steered": [row, {**row, "kind": "taught", "name": "short", "style": None}],
        "mean_of_poles": {"differences": rates, "style": rate},
    }
    difference = "+0.50 [+0.25, +0.75]"
    cells = " | ".join([f"0.50 ({difference})"] * 6)
    assert harm_table(result).splitlines() == [
        "tiny, 2026-01-02, Linux x86_64, 1 thread.",
        'Prompts of the split "report": 12 code, 24 facts.',
        "1 answer of up to 160 tokens to each.",
        "",
        "| steered by | code | facts | language | on topic | fences whole | quoting | style won |"
        " tokens |",
        "|---|---|---|---|---|---|---|---|---|",
        "| plain | 0.50 | 0.50 | 0.50 | 0.50 | 0.50 | 0.50 | - | 60 |",
        f"| brief | {cells} | 0.50 [0.25, 0.75] | 20 |",
        f"| taught: short | {cells} | - | 20 |",
        "| mean difference of the poles | " + " | ".join([difference] * 6) + " | 0.50 | |",
    ]
