"""tpop taste: what a user says is kept, shown, exported and heard; and what a taste changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.core.differences import differences
from tpop_cli.store.profile import Profile

from ..clear_taste import teach_clear_taste
from ..running import objects, run, teach, terminal, until_end

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_what_is_said_is_shown_and_taken_back() -> None:
    assert run("taste", "set", "brief", "formal").stderr == "every answer is now: brief, formal\n"
    found = run("taste", "set", "no", "emojis").stderr
    assert found == 'every answer is now: "no emojis"\nyou have said: brief, formal, "no emojis"\n'
    shown = run("profile", "show").stdout
    assert shown.count("you said so") >= 3
    assert 'you said 1: "no emojis"' in shown
    assert "next question: two answers" in shown
    assert "next duel: one of them tries" in shown
    assert run("taste", "clear", "1", "brief").stderr == 'taken back: brief, "no emojis"\n'
    assert run("taste", "clear", "--all").stderr == "taken back: formal\n"
    assert "nothing is said" in run("taste", "clear", "--all").stderr
    assert "you said" not in run("profile", "show").stdout


def test_what_cannot_be_said_is_refused_and_changes_nothing() -> None:
    run("taste", "set", "brief", "formal")
    for words, problem in [
        (["breif"], "did you mean 'brief'?"),
        (["length"], "length is an axis"),
        (["length=3"], "is not a strength from -1 to 1"),
        (["warm"], "at most 2 can be said at once"),
        ([""], "nothing was said"),
    ]:
        assert problem in run("taste", "set", *words, code=2).stderr, words
    assert "you have not said 'warm'" in run("taste", "clear", "warm", code=66).stderr
    assert "--all" in run("taste", "clear", code=2).stderr
    assert "--all" in run("taste", "clear", "brief", "--all", code=2).stderr
    assert Profile("default").said.strengths == {"length": 1.0, "register": -1.0}
    run("taste", "set", "--words", "warm")
    assert Profile("default").said.wishes == ("warm",)


def test_each_profile_has_its_own() -> None:
    run("taste", "set", "brief", "-p", "work")
    assert Profile("default").said != Profile("work").said
    assert json.loads(run("profile", "show", "work", "--json").stdout)["axes"][0]["said"] == 1.0


def test_answers_and_duels_in_scripts_have_it() -> None:
    run("taste", "set", "length=-0.5", "no lists", "form=0")
    (answer,) = objects(run("ask", "Why?", "--pick", "auto", "--json", "-n", "8").stdout)
    assert answer["strengths"] == {"length": -0.5, "no lists": 1.0}
    assert answer["said"] == ["length", "form", "no lists"]
    (plain,) = objects(run("ask", "Why?", "--plain", "--json", "-n", "8").stdout)
    assert (plain["strengths"], plain["said"]) == ({}, [])
    teach(2)
    for pick in objects(run("picks", "list", "--json").stdout):
        for arm in ("exploit", "explore"):
            assert pick[arm]["strengths"]["length"] == -0.5
            assert pick[arm]["strengths"]["no lists"] == 1.0
            assert "form" not in pick[arm]["strengths"]
    assert Profile("default").said.strengths == {"length": -0.5, "form": 0.0}


def test_it_goes_with_an_export_and_an_import(tmp_path: Path) -> None:
    run("taste", "set", "brief", "no emojis")
    prompt = run("profile", "export", "--as", "prompt").stdout.splitlines()
    assert prompt[1].startswith("- The answer is very short")
    assert prompt[2] == "- no emojis"
    for n in (0, 1):
        file = tmp_path / f"{n}.json"
        file.write_text(run("profile", "export", "--as", "json").stdout)
        name = f"new{n}"
        dry = run("profile", "import", str(file), "-p", name, "--dry-run").stderr
        assert 'also what was said: brief, "no emojis"' in dry
        assert not Profile(name).said
        run("taste", "set", "detailed", "-p", name)
        run("profile", "import", str(file), "-p", name)
        assert Profile(name).said.strengths == {"length": -1.0}  # said here goes before
        assert Profile(name).said.wishes == ("no emojis",)
        assert Profile(name).n_picks == n
        teach(1)


def test_a_reset_forgets_it_and_says_so() -> None:
    run("taste", "set", "brief")
    assert "add --yes" in run("reset", code=2).stderr
    assert "its files are kept in" in run("reset", "--yes").stderr
    assert not Profile("default").said


def test_a_profile_shows_a_contradiction_and_what_comes_next() -> None:
    teach_clear_taste("work")  # the shorter one always won
    run("taste", "set", "detailed", "-p", "work")
    shown = run("profile", "show", "work").stdout
    assert "you said detailed, but your picks say brief: sure" in " ".join(shown.split())
    found = json.loads(run("profile", "show", "work", "--json").stdout)
    (length,) = [axis for axis in found["axes"] if axis["axis"] == "length"]
    assert length["contradicted"] is True
    assert found["next"]["exploit"]["length"] == found["next"]["explore"]["length"] == -1.0
    assert "detailed: you said so" in found["next"]["answer_why"]
    assert found["said"] == {"strengths": {"length": -1.0}, "wishes": []}


def test_a_comparison_shows_both_answers_with_one_seed_and_their_differences() -> None:
    teach_clear_taste("work")
    arguments = ("taste", "compare", "Why?", "-p", "work", "--seed", "3")
    found = json.loads(run(*arguments, "--json").stdout)
    assert found["strengths"]
    assert found["said"] == []
    assert found["plain"] != found["steered"]
    expected = differences(found["plain"], found["steered"])
    assert [one["words"] for one in found["differences"]] == [one.words for one in expected]
    assert json.loads(run(*arguments, "--json").stdout) == found
    piped = run(*arguments).stdout
    assert piped.startswith("plain:\n") and "\n\nyour taste:\n" in piped
    assert "\n\ndifferences: " in piped
    assert "nothing is steered yet" in run("taste", "compare", "Why?", "-p", "fresh").stderr


def test_a_comparison_on_a_terminal() -> None:
    run("taste", "set", "brief")
    with terminal("taste", "compare", "Why?", "-n", "20") as tpop:
        assert "your taste made it:" in until_end(tpop)


def test_a_user_says_something_in_a_chat() -> None:
    with terminal("chat", "--ask", "never", "-n", "8") as tpop:
        tpop.expect("/help")
        tpop.send("/taste brief\r")
        tpop.expect("every answer is now: brief")
        tpop.send("/taste no emojis\r")
        tpop.expect('every answer is now: "no emojis"')
        tpop.send("/taste\r")
        tpop.expect("you said so")
        tpop.expect('you said 1: "no emojis"')
        tpop.send("/taste breif\r")
        tpop.expect("did you mean 'brief'")
        tpop.send("/taste clear\r")
        tpop.expect('you said: brief, "no emojis"')
        tpop.send("/taste clear length\r")
        tpop.expect("taken back: brief")
        tpop.send("/quit\r")
        until_end(tpop)
    assert Profile("default").said.wishes == ("no emojis",)
    with terminal("chat") as tpop:
        tpop.expect('no picks yet · you said: "no emojis" · /help')
