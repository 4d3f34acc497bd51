"""/fix: an edited answer goes on in the chat, is a pick over the original, and can be undone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tpop_cli.core.features import FEATURES
from tpop_cli.errors import UsageError
from tpop_cli.store.profile import Profile

from .test_slash_commands import chat_with, do, ids

LENGTH = FEATURES.index("length")


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that replaces the text by what the file "new.txt" holds, if there is one."""
    script = tmp_path / "edit.py"
    new = tmp_path / "new.txt"
    script.write_text(
        "import pathlib, sys\n"
        f"new = pathlib.Path({str(new)!r})\n"
        "if new.exists():\n"
        "    pathlib.Path(sys.argv[1]).write_bytes(new.read_bytes())\n"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")
    return new


def test_the_edited_answer_goes_on_and_wins_over_the_original(editor: Path) -> None:
    chat = chat_with()
    editor.write_text("An answer with many more words, which are all mine.\r\n", "utf-8")
    said = do(chat, "/fix")
    assert said.startswith("An answer with many more words") and "fixed" in said
    assert chat.turns[-1].answer == "An answer with many more words, which are all mine."
    assert chat.turns[-1].pick_id == 1  # the turn's own pick is the duel's
    pick = Profile("work").find()
    assert (pick.source, pick.verdict, pick.prompt) == ("fix", "exploit", "question 0")
    assert (pick.exploit.text, pick.explore.text) == (chat.turns[-1].answer, "An answer.")
    assert pick.exploit.strengths == pick.explore.strengths == {}
    mean = Profile("work").taste.reward.posterior.mean
    _, w = Profile("work").taste.reward.split(mean)
    before = Profile("work")
    before.undo()
    assert w[LENGTH] > before.taste.reward.split(before.taste.reward.posterior.mean)[1][LENGTH]


def test_undo_takes_back_one_fix_after_the_other_and_then_the_turn(editor: Path) -> None:
    chat = chat_with()
    for text in ("First, a longer one.", "Second, and one that is longer still."):
        editor.write_text(text, "utf-8")
        do(chat, "/fix")
    assert ids("work") == [1, 2, 3]
    for answer, left in (("First, a longer one.", [1, 2]), ("An answer.", [1])):
        assert "before /fix" in do(chat, "/undo")
        assert chat.turns[-1].answer == answer
        assert ids("work") == left
    do(chat, "/undo")
    assert chat.turns == [] and ids("work") == []


def test_an_edit_that_no_feature_sees_teaches_nothing(editor: Path) -> None:
    chat = chat_with()
    editor.write_text("An anxwer.", "utf-8")
    assert "nothing learned" in do(chat, "/fix")
    assert chat.turns[-1].answer == "An anxwer."
    assert ids("work") == [1]
    do(chat, "/undo")
    assert chat.turns[-1].answer == "An answer." and ids("work") == [1]


@pytest.mark.parametrize("text", [None, "An answer.\n", " \n"], ids=["unsaved", "same", "empty"])
def test_without_a_change_nothing_happens(editor: Path, text: str | None) -> None:
    chat = chat_with()
    if text is not None:
        editor.write_text(text, "utf-8")
    assert do(chat, "/fix")
    assert chat.turns[-1].answer == "An answer." and ids("work") == [1]
    assert do(chat_with("empty", 0), "/fix") == "there is no answer to fix yet"


@pytest.mark.parametrize("command", ["false", "/nonexistent/editor", 'an "unclosed quote'])
def test_an_editor_that_fails_is_named(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", command)
    chat = chat_with()
    with pytest.raises(UsageError) as caught:
        do(chat, "/fix")
    assert caught.value.hint
    assert chat.turns[-1].answer == "An answer." and ids("work") == [1]


def test_a_fix_is_undone_in_the_profile_that_holds_it(editor: Path) -> None:
    chat = chat_with()
    editor.write_text("Something else, at length.", "utf-8")
    do(chat, "/fix")
    do(chat, "/profile play")
    do(chat, "/undo")
    assert ids("work") == [1] and chat.turns[-1].answer == "An answer."


def test_without_history_no_text_is_kept(editor: Path) -> None:
    chat = chat_with()
    chat.session.options = type(chat.session.options)(keep_texts=False)
    editor.write_text("Something else, at length.", "utf-8")
    do(chat, "/fix")
    pick = Profile("work").find()
    assert not pick.has_texts and pick.prompt == ""
