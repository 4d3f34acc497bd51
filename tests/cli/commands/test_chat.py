"""tpop chat: a chat is saved, resumed, and continued with another model."""

from __future__ import annotations

from pathlib import Path

from tpop_cli.store.chats import list_chats
from tpop_cli.store.profile import Profile

from ..running import FOOTER, terminal, until_end


def test_a_chat_is_saved_and_resumed(tmp_path: Path) -> None:
    with terminal("chat", "--profile", "work", "--ask", "never", "-n", "20", "--seed", "1") as tpop:
        tpop.expect("›")
        tpop.send("What is tea?\r")
        tpop.expect("of 8,192")
        tpop.send("/system Be brief.\r")
        tpop.expect("system prompt: Be brief.")
        tpop.expect("›")
        tpop.send("/temp 9\r")
        tpop.expect("is not a number from 0 to 5")
        tpop.expect("›")
        tpop.send("/temp 0\r")
        tpop.expect("temperature 0")
        tpop.expect("›")
        tpop.send(f"/save {tmp_path}/chat.md\r")
        tpop.expect("saved 1 turns to")
        tpop.expect("›")
        tpop.send("/stats\r")
        tpop.expect("1 turns, 0 picks")
        tpop.expect("›")
        tpop.send("/copy\r")
        tpop.expect("52;c;")
        tpop.expect("›")
        tpop.send("/quit\r")
        until_end(tpop)
    assert (tmp_path / "chat.md").read_text().startswith("> What is tea?\n\n")
    (chat,) = list_chats("work")
    assert (chat.title, chat.system, len(chat.turns)) == ("What is tea?", "Be brief.", 1)
    with terminal("chat", "--profile", "work", "--continue", "--ask", "never", "-n", "20") as tpop:
        tpop.expect("resumed")
        tpop.expect("›")
        tpop.send("/edit\r")
        tpop.expect("What is tea")
        tpop.send(" And coffee?\r")
        tpop.expect("of 8,192")
        tpop.send("/quit\r")
        until_end(tpop)
    (again,) = list_chats("work")
    assert again.id == chat.id
    # The edited question replaces the first.
    assert [turn.question for turn in again.turns] == ["What is tea? And coffee?"]


def test_without_history_no_text_is_saved(home: Path) -> None:
    with terminal("chat", "--no-history", "-n", "10") as tpop:
        tpop.expect("›")
        tpop.send("A secret question\r")
        tpop.expect(FOOTER)
        tpop.send("1")
        tpop.expect("of 8,192")
        tpop.send("/quit\r")
        until_end(tpop)
    assert list_chats() == []
    assert Profile("default").n_picks == 1
    assert not [
        path for path in home.rglob("*") if path.is_file() and b"secret" in path.read_bytes()
    ]


def test_another_model_continues_the_chat(tiny_path: Path) -> None:
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
        until_end(tpop)
    (chat,) = list_chats()
    assert chat.turns[0].question == "What is tea?"
