"""tpop profile: show, export, import, copy, rename and delete profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..running import count_picks, objects, run, teach

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_profiles_are_listed_and_shown_and_a_pick_is_undone() -> None:
    assert "no profiles" in run("profile", "list").stderr
    teach(3)
    teach(1, "work")
    assert run("profile", "list").stdout == "default\t3 picks\nwork\t1 picks\n"
    shown = objects(run("profile", "show", "--json").stdout)[0]
    assert shown["picks"] == 3
    assert {"axis", "preferred", "certainty", "words"} <= set(shown["axes"][0])
    assert "detailed" in run("profile", "show").stdout
    run("picks", "undo", "2")
    assert [p["id"] for p in objects(run("picks", "list", "--json").stdout)] == [1, 3]
    assert "no pick 2" in run("picks", "undo", "2", code=66).stderr
    assert "no profile nobody" in run("profile", "show", "nobody", code=66).stderr


def test_a_taste_is_exported() -> None:
    teach(2)
    pairs = objects(run("profile", "export", "--as", "pairs").stdout)
    picks = objects(run("picks", "list", "--json").stdout)
    assert [p["prompt"] for p in pairs] == ["one", "two"]
    assert {pairs[0]["chosen"], pairs[0]["rejected"]} == {
        picks[0][arm]["text"] for arm in ("exploit", "explore")
    }
    assert objects(run("profile", "export", "--as", "json").stdout)[0]["picks"] == picks
    prompt = run("profile", "export")
    assert "answer in the way" in prompt.stdout or "not enough evidence" in prompt.stderr


def test_profiles_are_created_copied_renamed_and_deleted() -> None:
    teach(4, "work")
    run("profile", "create", "empty")
    run("profile", "copy", "work", "play")
    run("profile", "rename", "play", "fun")
    assert count_picks() == {"empty": 0, "fun": 4, "work": 4}
    assert "add --yes" in run("profile", "delete", "fun", code=2).stderr
    assert "kept in" in run("profile", "delete", "fun", "--yes").stderr
    assert count_picks() == {"empty": 0, "work": 4}
    assert "no profile fun" in run("profile", "rename", "fun", "x", code=66).stderr
    shown = run("profile", "diff", "work", "empty").stdout
    assert "work" in shown and "empty" in shown and "length" in shown


def test_preferences_are_imported_after_a_dry_run(tmp_path: Path) -> None:
    teach(4, "work")
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(
        '{"prompt": "Why?", "chosen": "Yes.", "rejected": "It is so, and so on."}\n{"x": 1}\n'
    )
    dry = run("profile", "import", str(pairs), "-p", "new", "--dry-run").stderr
    assert f"{pairs}, read as chosen/rejected pairs: 1 new picks, 0 already known\n" in dry
    assert "skipped: 1 entry in an unknown format (line 2)\n" in dry
    assert "  prompt: Why?\n" in dry and "  chosen: Yes.\n" in dry
    assert "rejected: It is so, and so on.\n" in dry
    assert "nothing was changed; profile new holds 0 picks\n" in dry
    assert "new" not in count_picks()
    run("profile", "import", str(pairs), "-p", "new")
    assert count_picks()["new"] == 1
    export = tmp_path / "work.json"
    export.write_text(run("profile", "export", "work", "--as", "json").stdout)
    run("profile", "import", str(export), "-p", "new")
    assert count_picks()["new"] == 5
    assert "cannot read" in run("profile", "import", str(tmp_path / "none"), code=66).stderr


def test_what_a_profile_holds_is_not_imported_again(tmp_path: Path) -> None:
    teach(4, "work")
    for form in ("json", "pairs"):
        export = tmp_path / form
        export.write_text(run("profile", "export", "work", "--as", form).stdout, encoding="utf-8")
        for more in (["--dry-run"], []):
            told = run("profile", "import", str(export), "-p", "work", *more).stderr
            assert ": 0 new picks, " in told and "profile work holds 4 picks\n" in told
    assert count_picks() == {"work": 4}
