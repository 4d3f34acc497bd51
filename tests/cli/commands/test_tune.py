"""tpop tune on a terminal: picked to its end, left and gone on with, and off a terminal."""

from __future__ import annotations

from pathlib import Path

import pexpect

from tpop_cli.session.tuning import N_DUELS, PROMPTS

from ..running import ESCAPE, count_picks, run, terminal, until_end

LEAVE = "leave"  # the last key that is offered, once both answers are there


def test_a_run_ends_with_what_was_learned() -> None:
    with terminal("tune", "-n", "6") as tpop:
        for n in range(N_DUELS):
            tpop.expect_exact(f"{n + 1} of {N_DUELS}")
            tpop.expect_exact(PROMPTS[n])
            tpop.expect_exact(LEAVE)
            tpop.send("1")
        end = until_end(tpop)
    assert "tpop chat" in end
    assert count_picks() == {"default": N_DUELS}


def test_a_run_is_left_and_gone_on_with(tmp_path: Path) -> None:
    questions = tmp_path / "own.txt"
    questions.write_text("One?\nTwo?\n", "utf-8")
    arguments = ("tune", "-n", "6", "-p", "work", "--prompts", str(questions))
    with terminal(*arguments) as tpop:
        for key in ("2", "s"):
            tpop.expect_exact(LEAVE)
            tpop.send(key)
        tpop.expect_exact("3 of 8")
        tpop.expect_exact(LEAVE)
        tpop.send("q")
        assert f"2 of {N_DUELS} duels: tpop tune goes on from here" in until_end(tpop)
    assert count_picks() == {"work": 2}
    with terminal(*arguments) as tpop:
        tpop.expect_exact(f"going on with duel 3 of {N_DUELS}")
        tpop.expect_exact("One?")
        tpop.expect_exact(LEAVE)
        tpop.sendcontrol("c")
        tpop.expect_exact("2 of 8 duels")
        tpop.expect(pexpect.EOF)
        tpop.close()
        assert tpop.exitstatus == 130
    assert count_picks() == {"work": 2}


def test_a_dumb_terminal_works_too() -> None:
    with terminal("tune", "-n", "6", TERM="dumb") as tpop:
        tpop.expect_exact(LEAVE)
        tpop.send("1")
        tpop.expect_exact("2 of 8")
        tpop.expect_exact(LEAVE)
        tpop.send("q")
        assert not ESCAPE.search(tpop.before or "")
        until_end(tpop)


def test_off_a_terminal_it_names_what_scripts_use() -> None:
    assert "tpop teach" in run("tune", code=2).stderr
