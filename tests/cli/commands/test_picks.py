"""tpop picks: show, correct and delete picks."""

from __future__ import annotations

import json

import pytest

from ..running import count_picks, run, teach

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_picks_are_shown_corrected_and_deleted() -> None:
    teach(4, "work")
    shown = run("picks", "show", "2", "-p", "work").stdout
    assert "two" in shown and "exploit" in shown and "for exploit" in shown
    run("picks", "amend", "2", "tie", "-p", "work")
    verdicts = [
        json.loads(line)["verdict"]
        for line in run("picks", "list", "--json", "-p", "work").stdout.splitlines()
    ]
    assert verdicts[1] == "tie"
    run("picks", "amend", "2", "first", "-p", "work")
    first = json.loads(run("picks", "list", "--json", "-p", "work").stdout.splitlines()[1])
    assert first["verdict"] == first["left"]
    shown = run("picks", "history", "-p", "work").stdout
    n = sum(
        json.loads(line)["predicted"] != 0.5
        for line in run("picks", "list", "--json", "-p", "work").stdout.splitlines()
    )
    assert f" of {n} picks predicted correctly" in shown
    assert "no pick has been predicted" in run("picks", "history").stdout
    assert "give either --last or --before" in run("picks", "forget", "-p", "work", code=2).stderr
    assert (
        "is not a date (YYYY-MM-DD)"
        in run("picks", "forget", "--before", "soon", "-p", "work", "--yes", code=2).stderr
    )
    run("picks", "forget", "--last", "1", "-p", "work", "--yes")
    assert count_picks()["work"] == 3
    run("picks", "forget", "--before", "2000-01-01", "-p", "work", "--yes")
    assert count_picks()["work"] == 3
    assert "no pick 99" in run("picks", "amend", "99", "skip", "-p", "work", code=66).stderr
