"""A chat keeps, with each turn, which pick chose its answer."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from tpop_cli.cli.terminal.chat import Chat
from tpop_cli.cli.terminal.duel import Outcome, Result
from tpop_cli.errors import StorageError
from tpop_cli.store.chats import list_chats
from tpop_cli.store.profile import Profile

from ...session.sessions import CHAT, session


def test_a_turn_names_its_pick_by_profile_number_and_time() -> None:
    chat = Chat(session("work"), Console(file=io.StringIO()))
    duel = chat.session.duel(CHAT)
    pick = chat.session.pick(duel, "first")
    chat._add_winner("Why?", Result(Outcome.picked, duel, pick.verdict, pick=pick))
    (turn,) = chat.turns
    assert (turn.profile, turn.pick_id, turn.pick_time) == ("work", 1, pick.time)
    chat.save()
    assert list_chats()[0].turns == [turn]
    assert Profile("work").find(1).time == turn.pick_time


def test_a_pick_that_was_not_saved_is_not_named() -> None:
    chat = Chat(session("work"), Console(file=io.StringIO()))
    duel = chat.session.duel(CHAT)
    unsaved = StorageError("the pick was not saved: the disk is full")
    with pytest.raises(StorageError):
        chat._add_winner("Why?", Result(Outcome.picked, duel, "exploit", unsaved=unsaved))
    (turn,) = chat.turns
    assert (turn.profile, turn.pick_id, turn.pick_time) == ("", None, "")
