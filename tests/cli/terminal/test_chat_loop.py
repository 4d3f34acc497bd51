"""A chat on a terminal: questions, commands, Ctrl-C."""

from __future__ import annotations

from tpop_cli.store.profile import Profile

from ..clear_taste import teach_clear_taste
from ..running import FOOTER, terminal, until_end


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
        until_end(tpop)
    assert [p.prompt for p in Profile("work").picks()] == ["What is tea?"]
    with terminal("chat", "--profile", "work") as tpop:
        tpop.expect("profile work, 1 picks")
        tpop.expect("›")
        tpop.sendeof()
        until_end(tpop)


def test_a_single_answer_can_be_compared() -> None:
    """With a clear taste nothing is asked; c asks anyway, and the winner replaces the answer."""
    teach_clear_taste("work")
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
        until_end(tpop)
    with terminal(
        "ask", "What is tea?", "--profile", "work", "-n", "10", "--ask", "always"
    ) as tpop:
        tpop.expect(FOOTER)
        tpop.send("s")
        until_end(tpop)
    with terminal("ask", "What is tea?", "--profile", "work", "-n", "10") as tpop:
        assert "one answer" in until_end(tpop)


def test_ctrl_c_stops_an_answer_and_keeps_the_chat() -> None:
    with terminal("chat", "-n", "600", "--seed", "1") as tpop:
        tpop.expect("›")
        tpop.send("Tell me a very long story.\r")
        tpop.expect("writing")
        tpop.sendintr()
        tpop.expect("stopped: no pick was made", timeout=5)
        tpop.expect("›")
        tpop.send("/plain\r")
        tpop.expect("without your taste", timeout=90)
        tpop.expect("›")
        tpop.send("/quit\r")
        until_end(tpop)
    assert Profile("default").n_picks == 0
