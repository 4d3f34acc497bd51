"""A duel on a terminal: both answers stream, one key picks."""

from __future__ import annotations

import re
from pathlib import Path

import pexpect
import pytest

from tpop_cli.store.profile import Profile

from ..running import FOOTER, terminal, until_end


@pytest.mark.parametrize("columns", [140, 60])
def test_ask_shows_a_duel_and_prints_the_picked_answer(columns: int) -> None:
    with terminal(
        "ask", "Why is the sky blue?", "-n", "40", "--seed", "3", columns=columns
    ) as tpop:
        tpop.expect("writing")
        tpop.expect(FOOTER)
        tpop.send("1")
        text = until_end(tpop)
    (pick,) = Profile("default").picks()
    assert pick.winner is not None
    assert pick.winner.text.split()[0] in text
    assert pick.verdict == pick.left
    assert pick.seconds is not None
    assert "picked ·" in text


def test_an_unknown_key_is_ignored_and_skip_teaches_nothing() -> None:
    fresh = Profile("default").posterior
    with terminal("ask", "Hello", "-n", "10") as tpop:
        tpop.expect(FOOTER)
        tpop.send("qs")
        assert "skipped, nothing learned" in until_end(tpop)
    profile = Profile("default")
    assert [p.verdict for p in profile.picks()] == ["skip"]
    assert (profile.posterior.mean == fresh.mean).all()
    assert (profile.posterior.precision == fresh.precision).all()


def test_ctrl_c_at_the_pick_records_nothing(home: Path) -> None:
    with terminal("ask", "Hello", "-n", "10") as tpop:
        tpop.expect(FOOTER)
        tpop.sendintr()
        tpop.expect(pexpect.EOF)
        tpop.close()
        assert tpop.exitstatus == 130
    assert Profile("default").n_picks == 0


def test_no_color_turns_colours_off() -> None:
    with terminal("ask", "Hello", "-n", "10", NO_COLOR="1") as tpop:
        tpop.expect(FOOTER)
        shown = tpop.before or ""
        tpop.send("s")
        shown += until_end(tpop)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def test_a_pick_can_be_made_while_answers_are_decoded() -> None:
    with terminal("ask", "Tell me a long story about a dog.", "-n", "200", "--seed", "3") as tpop:
        tpop.expect("take the second")
        tpop.send("1")
        text = until_end(tpop)
    assert "picked early" in text
    (pick,) = Profile("default").picks()
    assert pick.early
    assert pick.verdict == pick.left
    assert pick.winner is not None
    assert len(text) > len(pick.winner.text)  # the winner was decoded to its end


def test_ctrl_c_stops_answers_while_they_are_decoded() -> None:
    with terminal("ask", "Tell me a long story about a dog.", "-n", "2000") as tpop:
        tpop.expect("take the second")
        tpop.sendintr()
        tpop.expect(pexpect.EOF)
        tpop.close()
        assert tpop.exitstatus == 130
    assert Profile("default").n_picks == 0


def test_keys_show_the_reason_for_asking_and_the_differences() -> None:
    with terminal("ask", "Hello", "-n", "10") as tpop:
        tpop.expect(FOOTER)
        tpop.send("e")
        tpop.expect("one of them")
        tpop.send("d")
        tpop.expect(FOOTER)
        tpop.send("=")
        assert "a tie" in until_end(tpop)
