"""tpop profile and tpop picks, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .test_cli import JUDGE, run


@pytest.fixture(autouse=True)
def _taught(tiny_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPOP_MODEL", str(tiny_path))
    monkeypatch.setenv("TPOP_MAX_TOKENS", "12")
    monkeypatch.setenv("TPOP_THREADS", "1")
    run(
        "teach",
        "--prompts",
        "-",
        "--judge",
        JUDGE,
        "--duels",
        "4",
        "-p",
        "work",
        stdin="one\ntwo\n",
    )


def listed(*options: str) -> dict[str, int]:
    return {
        one["profile"]: one["picks"]
        for one in json.loads(run("profile", "list", "--json", *options).stdout)
    }


def test_profiles_are_kept_in_order() -> None:
    run("profile", "create", "empty")
    run("profile", "copy", "work", "play")
    run("profile", "rename", "play", "fun")
    assert listed() == {"empty": 0, "fun": 4, "work": 4}
    assert "add --yes" in run("profile", "delete", "fun", code=2).stderr
    assert "kept in" in run("profile", "delete", "fun", "--yes").stderr
    assert listed() == {"empty": 0, "work": 4}
    assert "no profile fun" in run("profile", "rename", "fun", "x", code=66).stderr
    shown = run("profile", "diff", "work", "empty").stdout
    assert "work" in shown and "empty" in shown and "length" in shown


def test_picks_are_shown_amended_and_forgotten() -> None:
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
    told = run("picks", "history", "-p", "work").stdout
    n = sum(
        json.loads(line)["predicted"] != 0.5
        for line in run("picks", "list", "--json", "-p", "work").stdout.splitlines()
    )
    assert f" of {n} picks predicted correctly" in told
    assert "no pick has been predicted" in run("picks", "history").stdout
    assert "name --last or --before" in run("picks", "forget", "-p", "work", code=2).stderr
    assert (
        "is no day"
        in run("picks", "forget", "--before", "soon", "-p", "work", "--yes", code=2).stderr
    )
    run("picks", "forget", "--last", "1", "-p", "work", "--yes")
    assert listed()["work"] == 3
    run("picks", "forget", "--before", "2000-01-01", "-p", "work", "--yes")
    assert listed()["work"] == 3
    assert "no pick 99" in run("picks", "amend", "99", "skip", "-p", "work", code=66).stderr


def test_preferences_are_imported_after_a_dry_run(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(
        '{"prompt": "Why?", "chosen": "Yes.", "rejected": "It is so, and so on."}\n{"x": 1}\n'
    )
    dry = run("profile", "import", str(pairs), "-p", "new", "--dry-run").stderr
    assert "1 picks" in dry and "1 entries passed over" in dry and "nothing was changed" in dry
    assert "new" not in listed()
    run("profile", "import", str(pairs), "-p", "new")
    assert listed()["new"] == 1
    export = tmp_path / "work.json"
    export.write_text(run("profile", "export", "work", "--as", "json").stdout)
    run("profile", "import", str(export), "-p", "new")
    assert listed()["new"] == 5
    assert "cannot read" in run("profile", "import", str(tmp_path / "none"), code=66).stderr
