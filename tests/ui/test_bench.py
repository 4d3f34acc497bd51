"""The taste bench as tables: the results that the documents report."""

from __future__ import annotations

import json
from pathlib import Path

from tpop_cli.ui.bench import taste_report

from .console import draw

RESULTS = Path(__file__).parents[2] / "docs" / "bench-taste.json"


def test_learners_users_costs_and_the_curve_are_shown() -> None:
    result = json.loads(RESULTS.read_text("utf-8"))
    shown = [line.rstrip() for line in draw(taste_report(result), 250)]
    learners = [learner["name"] for learner in result["learners"]]
    users = list(result["learners"][0]["users"])
    first = shown.index(next(line for line in shown if line.startswith("after turns")))
    assert [
        line.split("  ")[0] for line in shown[first + 1 : first + 1 + len(learners)]
    ] == learners
    title = f"Behind {learners[0]} (difference in win rate)"
    if len(learners) > 1:
        behind = shown.index(title)
        names = [line.split("  ")[0] for line in shown[behind + 2 : behind + 1 + len(learners)]]
        assert names == learners[1:]
    else:
        assert title not in shown
    by_user = shown.index(f"Win rate of each user ({learners[0]})")
    assert [line.split("  ")[0] for line in shown[by_user + 2 : by_user + 2 + len(users)]] == users
    assert "Side effects of steering (base model in brackets)" in shown
    assert shown[-1].endswith("turns")


def test_the_curve_is_as_high_as_the_win_rate() -> None:
    result = json.loads(RESULTS.read_text("utf-8"))
    n_turns = str(result["plan"]["counts"][0])
    for mean, height in ((0.5, 0), (0.75, 3), (1.0, 6)):
        result["learners"][0]["extremes"][n_turns]["mean"] = mean
        rows = draw(taste_report(result), 250)[-7:-1]
        assert sum(row[7:10] == "███" for row in rows) == height
