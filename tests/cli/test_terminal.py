"""Driven through a real terminal, on the real model, as a person would."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pexpect
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Candidate, Pick
from tpop_cli.store.chats import list_chats
from tpop_cli.store.profile import Profile

ESCAPE = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[=>])")
FOOTER = "both bad"


def heed_signals() -> None:
    """As on a terminal, even where the tests run under nohup or in the background."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def terminal(*arguments: str, columns: int = 140, **environment: str) -> Iterator[pexpect.spawn]:
    process = pexpect.spawn(
        sys.executable,
        ["-m", "tpop_cli", *arguments],
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=90,
        preexec_fn=heed_signals,
        env={**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **environment},
    )
    try:
        yield process
    finally:
        process.close(force=True)


def left(process: pexpect.spawn) -> str:
    """What is still to come, until the program ends; its exit code must be 0."""
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 0, process.before
    return ESCAPE.sub("", process.before or "")


@pytest.mark.parametrize("columns", [140, 60])
def test_ask_shows_a_duel_and_prints_the_picked_answer(columns: int) -> None:
    with terminal(
        "ask", "Why is the sky blue?", "-n", "40", "--seed", "3", columns=columns
    ) as tpop:
        tpop.expect("writing")
        tpop.expect(FOOTER)
        tpop.send("1")
        text = left(tpop)
    (pick,) = Profile("default").picks()
    assert pick.winner is not None
    assert pick.winner.text.split()[0] in text
    assert pick.verdict == pick.left
    assert pick.seconds is not None
    assert "picked ·" in text


def test_a_key_that_means_nothing_is_passed_over_and_skip_teaches_nothing() -> None:
    fresh = Profile("default").posterior
    with terminal("ask", "Hello", "-n", "10") as tpop:
        tpop.expect(FOOTER)
        tpop.send("qs")
        assert "skipped, nothing learned" in left(tpop)
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


def test_no_color_is_honoured() -> None:
    with terminal("ask", "Hello", "-n", "10", NO_COLOR="1") as tpop:
        tpop.expect(FOOTER)
        shown = tpop.before or ""
        tpop.send("s")
        shown += left(tpop)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", shown)


def test_a_chat_learns_undoes_and_resumes() -> None:
    with terminal("chat", "--profile", "work", "-n", "30", "--seed", "1") as tpop:
        tpop.expect("no picks yet")
        tpop.expect("›")
        tpop.send("What is tea?\r")
        tpop.expect(FOOTER)
        tpop.send("1")
        tpop.expect("tokens/s")
        tpop.expect("›")
        tpop.send("And coffee?\r")
        tpop.expect(FOOTER)
        tpop.send("2")
        tpop.expect("tokens/s")
        assert [p.prompt for p in Profile("work").picks()] == ["What is tea?", "And coffee?"]
        tpop.expect("›")
        tpop.send("/undo\r")
        tpop.expect("undone")
        tpop.expect("›")
        tpop.send("/taste\r")
        tpop.expect("what the picks say")
        tpop.expect("›")
        tpop.send("/nonsense\r")
        tpop.expect("no command /nonsense")
        tpop.expect("›")
        tpop.send("/quit\r")
        left(tpop)
    assert [p.prompt for p in Profile("work").picks()] == ["What is tea?"]
    with terminal("chat", "--profile", "work") as tpop:
        tpop.expect("profile work, 1 picks")
        tpop.expect("›")
        tpop.sendeof()
        left(tpop)


def test_a_single_answer_can_be_compared() -> None:
    """A profile whose taste is clear is not asked; c asks anyway, and the winner takes the answer's place."""
    clear_taste("work")
    with terminal("chat", "--profile", "work", "-n", "30", "--seed", "1") as tpop:
        tpop.expect("›")
        tpop.send("What is tea?\r")
        tpop.expect("one answer: your taste is clear enough")
        tpop.expect("›")
        assert Profile("work").singles == 1
        n = Profile("work").n_picks
        tpop.send("c\r")
        tpop.expect(FOOTER)
        tpop.send("2")
        tpop.expect("tokens/s")
        tpop.expect("›")
        assert (Profile("work").n_picks, Profile("work").singles) == (n + 1, 0)
        tpop.send("/compare\r")
        tpop.expect("there is no single answer")
        tpop.expect("›")
        tpop.send("/undo\r")
        tpop.expect("undone")
        tpop.expect("›")
        tpop.sendeof()
        left(tpop)
    with terminal(
        "ask", "What is tea?", "--profile", "work", "-n", "10", "--ask", "always"
    ) as tpop:
        tpop.expect(FOOTER)
        tpop.send("s")
        left(tpop)
    with terminal("ask", "What is tea?", "--profile", "work", "-n", "10") as tpop:
        assert "one answer" in left(tpop)


PIECES = (
    "Tea is made from leaves. ",
    "Is it good? ",
    "Great, lovely, wonderful! ",
    "You should try it yourself. ",
    "I think we like it, too. ",
    "- a list\n- of two things\n",
    "**Bold**\n\n",
    "In 1662 it cost 30 shillings, for example. ",
    "Approximately, internationally, characteristically. ",
    "It may perhaps be warm like golden light, a dark river, a sweet dream. ",
)


def clear_taste(name: str) -> None:
    """Duels between texts that differ in everything, of which the shorter one always wins."""
    profile, rng = Profile(name), np.random.default_rng(0)
    poles = [(axis.name, sign) for axis in AXES for sign in (1.0, -1.0)]
    for n in range(250):
        texts = sorted(
            ("".join(rng.choice(PIECES, rng.integers(1, 12))) for _ in range(2)), key=len
        )
        short, long = (
            Candidate(text, dict([poles[rng.integers(22)]]), 1, "stop") for text in texts
        )
        profile.record(
            Pick(
                n + 1,
                "",
                f"q{n % 12}",
                short,
                long,
                "exploit",
                "exploit",
                0.9,
                1.0,
                "ask",
                "m",
                "f",
            )
        )


def test_ctrl_c_stops_an_answer_and_keeps_the_chat() -> None:
    with terminal("chat", "-n", "600", "--seed", "1") as tpop:
        tpop.expect("›")
        tpop.send("Tell me a very long story.\r")
        tpop.expect("writing")
        tpop.sendintr()
        tpop.expect("stopped: nothing was picked", timeout=5)
        tpop.expect("›")
        tpop.send("/plain\r")
        tpop.expect("without your taste", timeout=90)
        tpop.expect("›")
        tpop.send("/quit\r")
        left(tpop)
    assert Profile("default").n_picks == 0


def test_reset_asks_first() -> None:
    with terminal("ask", "Hello", "-n", "5") as tpop:
        tpop.expect(FOOTER)
        tpop.send("1")
        left(tpop)
    for answer, kept in (("n", 1), ("y", 0)):
        with terminal("reset") as tpop:
            tpop.expect("A backup is kept")
            tpop.send(f"{answer}\r")
            left(tpop)
        assert Profile("default").n_picks == kept


def test_a_pick_while_answers_are_written() -> None:
    with terminal("ask", "Tell me a long story about a dog.", "-n", "200", "--seed", "3") as tpop:
        tpop.expect("take the second")
        tpop.send("1")
        text = left(tpop)
    assert "picked early" in text
    (pick,) = Profile("default").picks()
    assert pick.early
    assert pick.verdict == pick.left
    assert pick.winner is not None
    assert len(text) > len(pick.winner.text)  # the winner was written to its end


def test_ctrl_c_while_answers_are_written_stops_them() -> None:
    with terminal("ask", "Tell me a long story about a dog.", "-n", "2000") as tpop:
        tpop.expect("take the second")
        tpop.sendintr()
        tpop.expect(pexpect.EOF)
        tpop.close()
        assert tpop.exitstatus == 130
    assert Profile("default").n_picks == 0


def test_why_and_the_differences_can_be_asked_for() -> None:
    with terminal("ask", "Hello", "-n", "10") as tpop:
        tpop.expect(FOOTER)
        tpop.send("e")
        tpop.expect("one of them")
        tpop.send("d")
        tpop.expect(FOOTER)
        tpop.send("=")
        assert "a tie" in left(tpop)


def test_a_chat_is_kept_and_gone_on_with(tmp_path: Path) -> None:
    with terminal("chat", "--profile", "work", "--ask", "never", "-n", "20", "--seed", "1") as tpop:
        tpop.expect("›")
        tpop.send("What is tea?\r")
        tpop.expect("of 8,192")
        tpop.send("/system Be brief.\r")
        tpop.expect("system prompt: Be brief.")
        tpop.expect("›")
        tpop.send("/temp 9\r")
        tpop.expect("no temperature")
        tpop.expect("›")
        tpop.send("/temp 0\r")
        tpop.expect("temperature 0")
        tpop.expect("›")
        tpop.send(f"/save {tmp_path}/chat.md\r")
        tpop.expect("1 turns are in")
        tpop.expect("›")
        tpop.send("/stats\r")
        tpop.expect("1 session, 0 picked here")
        tpop.expect("›")
        tpop.send("/copy\r")
        tpop.expect("52;c;")
        tpop.expect("›")
        tpop.send("/quit\r")
        left(tpop)
    assert (tmp_path / "chat.md").read_text().startswith("> What is tea?\n\n")
    (chat,) = list_chats("work")
    assert (chat.title, chat.system, len(chat.session)) == ("What is tea?", "Be brief.", 1)
    with terminal("chat", "--profile", "work", "--continue", "--ask", "never", "-n", "20") as tpop:
        tpop.expect("going on with")
        tpop.expect("›")
        tpop.send("/edit\r")
        tpop.expect("What is tea")
        tpop.send(" And coffee?\r")
        tpop.expect("of 8,192")
        tpop.send("/quit\r")
        left(tpop)
    (again,) = list_chats("work")
    assert again.id == chat.id
    assert [turn.question for turn in again.turns] == [
        "What is tea? And coffee?"
    ]  # in place of the first


def test_without_history_no_text_is_kept(home: Path) -> None:
    with terminal("chat", "--no-history", "-n", "10") as tpop:
        tpop.expect("›")
        tpop.send("A secret question\r")
        tpop.expect(FOOTER)
        tpop.send("1")
        tpop.expect("of 8,192")
        tpop.send("/quit\r")
        left(tpop)
    assert list_chats() == []
    assert Profile("default").n_picks == 1
    assert not [
        path for path in home.rglob("*") if path.is_file() and b"secret" in path.read_bytes()
    ]


def test_another_model_goes_on_with_the_chat(tiny_path: Path) -> None:
    with terminal("chat", "--ask", "never", "-n", "10", "--ctx", "512") as tpop:
        tpop.expect("›")
        tpop.send("What is tea?\r")
        tpop.expect("of 512")
        tpop.send("/model nothing\r")
        tpop.expect("no model named nothing")
        tpop.expect("›")
        tpop.send(f"/model {tiny_path}\r")
        tpop.expect("tiny · profile default")
        tpop.expect("of 512")
        tpop.send("/quit\r")
        left(tpop)
    (chat,) = list_chats()
    assert chat.turns[0].question == "What is tea?"
