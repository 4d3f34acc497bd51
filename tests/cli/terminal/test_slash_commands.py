"""Slash commands of a chat: /undo takes back the turn's own pick, wherever it is."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import cast

import pytest
from rich.console import Console

from tpop_cli.cli.terminal.chat import Chat
from tpop_cli.cli.terminal.duel import Outcome, Result
from tpop_cli.cli.terminal.slash_commands import COMMANDS
from tpop_cli.errors import BusyError
from tpop_cli.session.session import Session
from tpop_cli.store.chats import Turn, list_chats, load_chat
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import back_up, delete_profile, rename_profile

from ...faults.table import OWN_PICK
from ...session.sessions import CHAT, session
from ...store.example_picks import make_pick, taught
from ..clear_taste import teach_clear_taste


def chat_with(profile: str = "work", n: int = 1) -> Chat:
    """A chat whose turns were duels in this profile. It is saved."""
    chat = Chat(session(profile), Console(file=io.StringIO(), width=200))
    for k in range(n):
        pick_one(chat, f"question {k}")
    chat.save()
    return chat


def pick_one(chat: Chat, question: str) -> None:
    pick = chat.session.pick(chat.session.duel(CHAT), "first")
    chat.turns.append(Turn(question, "An answer.", pick.id, chat.profile.name, pick.time))


def do(chat: Chat, line: str) -> str:
    """Run a command, save as the loop does, and return what it says."""
    output = cast("io.StringIO", chat.console.file)
    output.truncate(0)
    name, _, argument = line.partition(" ")
    COMMANDS[name][0](chat, argument)
    chat.save()
    return output.getvalue().replace("\x00", "").strip()


def ids(name: str) -> list[int]:
    return [pick.id for pick in Profile(name).picks()]


@OWN_PICK.shown
def test_after_another_profile_was_chosen_undo_takes_back_its_own_pick() -> None:
    taught("play", 3)
    chat = chat_with("work", 2)
    do(chat, "/profile play")
    said = do(chat, "/undo")
    assert "the pick was in profile work" in said and "undone" in said
    assert (ids("work"), ids("play"), len(chat.turns)) == ([1], [1, 2, 3], 1)
    pick_one(chat, "one more")
    assert ids("play") == [1, 2, 3, 4]
    do(chat, "/undo")
    assert (ids("work"), ids("play")) == ([1], [1, 2, 3])
    do(chat, "/undo")
    assert (ids("work"), ids("play"), chat.turns) == ([], [1, 2, 3], [])
    assert "nothing to undo" in do(chat, "/undo")


@OWN_PICK.shown
def test_a_chat_that_is_loaded_or_resumed_in_another_profile_undoes_its_own_pick() -> None:
    old, other = chat_with("work", 2), Chat(session("play"), Console(file=io.StringIO()))
    taught("play", 3)
    do(other, f"/load {old.id}")
    assert other.id == old.id
    do(other, "/undo")
    assert (ids("work"), ids("play")) == ([1], [1, 2, 3])
    assert [turn.profile for turn in load_chat(old.id).turns] == ["work"]
    assert load_chat(old.id).profile == "play"  # it goes on with this one
    resumed = Chat(session("third"), Console(file=io.StringIO()))
    resumed.resume(load_chat(old.id))
    do(resumed, "/undo")
    assert (ids("work"), ids("play")) == ([], [1, 2, 3])


@OWN_PICK.shown
@pytest.mark.parametrize("where", ["the same profile", "another profile"])
@pytest.mark.parametrize(
    ("gone", "reason"),
    [
        (lambda: Profile("work").undo(1), "there is no pick 1 in profile work"),
        (lambda: Profile("work").forget(lambda _: True), "there is no pick 1 in profile work"),
        (lambda: back_up(Profile("work")), "profile work"),
        (lambda: delete_profile("work"), "profile work"),
        (lambda: rename_profile("work", "job"), "profile work"),
    ],
)
def test_why_a_pick_cannot_be_taken_back_is_said(gone: object, reason: str, where: str) -> None:
    chat = chat_with()
    if where == "another profile":
        do(chat, "/profile play")
    gone()  # type: ignore[operator]
    said = do(chat, "/undo")
    assert reason in said and "only the turn is removed" in said
    assert chat.turns == []


@OWN_PICK.shown
def test_a_profile_that_was_created_again_keeps_its_pick() -> None:
    chat = chat_with()
    delete_profile("work")
    Profile("work").record(replace(make_pick(1), time="2027-01-01T00:00:00+00:00"))
    said = do(chat, "/undo")
    assert "pick 1 of profile work is another one now; only the turn is removed" in said
    assert ids("work") == [1]


@OWN_PICK.shown
@pytest.mark.parametrize("own", [True, False])
def test_a_turn_without_the_time_of_its_pick_is_told_by_its_question(own: bool) -> None:
    """As older chats were saved; they may have gone on with another profile."""
    chat = chat_with()
    chat.turns[-1] = Turn(CHAT[-1]["content"] if own else "Another question?", "So.", 1, "work")
    said = do(chat, "/undo")
    assert ("another one" in said) == (not own)
    assert ids("work") == ([] if own else [1])


@OWN_PICK.shown
def test_a_pick_that_cannot_be_taken_back_now_keeps_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(*_: object) -> None:
        raise BusyError("in use", "wait")

    chat = chat_with()
    monkeypatch.setattr(Session, "undo", busy)
    with pytest.raises(BusyError):
        do(chat, "/undo")
    assert (len(chat.turns), ids("work")) == (1, [1])


def test_undo_of_the_only_turn_removes_the_chat_from_the_disk() -> None:
    chat = chat_with()
    assert len(list_chats()) == 1
    do(chat, "/undo")
    assert list_chats() == []
    do(chat, "/stats")
    pick_one(chat, "and again")
    do(chat, "/stats")
    assert [saved.id for saved in list_chats()] == [chat.id]


def test_a_chat_without_history_leaves_a_saved_one_alone() -> None:
    saved = chat_with()
    chat = Chat(saved.session, Console(file=io.StringIO()), keep_history=False)
    chat.resume(load_chat(saved.id))
    do(chat, "/undo")
    assert len(list_chats()) == 1


def test_a_single_answer_that_was_undone_cannot_be_compared() -> None:
    chat = chat_with(n=0)
    chat.turns.append(Turn("Why?", "So."))
    arm = chat.session.answer(CHAT)
    assert arm is not None
    chat.single = [], arm
    assert "its turn is removed" in do(chat, "/undo")
    assert "there is no single answer" in do(chat, "/compare")


def test_a_question_that_is_asked_again_and_interrupted_keeps_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    chat = chat_with()
    chat.last_question = chat.turns[-1].question
    monkeypatch.setattr(Chat, "answer", interrupt)
    with pytest.raises(KeyboardInterrupt):
        do(chat, "/regen")
    assert len(chat.turns) == 1


def test_two_chats_that_begin_in_the_same_second_are_both_saved() -> None:
    one, other = chat_with(n=0), chat_with("play", n=0)
    one.id = other.id = "20261126-101500"
    for chat in (one, other):
        pick_one(chat, "a question")
        chat.save()
        chat.save()
    assert sorted(chat.id for chat in list_chats()) == ["20261126-101500", "20261126-101500-2"]


def test_what_is_said_in_a_chat_holds_for_its_next_answers() -> None:
    chat = chat_with("work", 0)
    arm = chat.session.answer(CHAT)
    assert arm is not None
    chat.single = (CHAT, arm)  # type: ignore[assignment]
    assert do(chat, "/taste set a little formal") == "every answer is now: formal (a little)"
    assert do(chat, "/taste no emojis").endswith('"no emojis"')
    assert chat.session.strengths() == {"register": -0.25, "no emojis": 1.0}
    assert "no single answer" in do(chat, "/compare")  # the one before was not so
    assert Profile("work").said == chat.profile.said
    shown = do(chat, "/taste")
    assert "you said so" in shown and 'you said 1: "no emojis"' in shown
    assert do(chat, "/taste clear 1") == 'taken back: "no emojis"'
    assert do(chat, "/taste clear all") == "taken back: formal (a little)"
    assert "nothing is said" in do(chat, "/taste clear")
    assert chat.session.strengths() == {}


def test_a_contradiction_is_told_once_in_a_chat() -> None:
    teach_clear_taste("work")  # the shorter one always won
    chat = chat_with("work", 0)
    told: list[str] = []
    for line in (None, "/taste detailed"):
        if line:
            do(chat, line)
        for _ in range(2):
            duel = chat.session.duel(CHAT)
            pick = chat.session.pick(duel, "tie")
            do(chat, "/profile")
            chat._add_winner("Why?", Result(Outcome.picked, duel, pick.verdict, pick=pick))
            told.append(cast("io.StringIO", chat.console.file).getvalue())
    (line,) = [text for text in told if "you said detailed, but your picks say brief: sure" in text]
    assert told.index(line) == 2
    assert "/taste clear length lets your picks decide" in line
    assert chat.session.strengths()["length"] == -1.0
