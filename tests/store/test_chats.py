"""Chats are saved whole and privately, and can be resumed."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tpop_cli.errors import BadDataError, NoInputError
from tpop_cli.store import paths
from tpop_cli.store.chats import (
    SavedChat,
    Turn,
    delete_chat,
    list_chats,
    load_chat,
    messages_of,
    new_id,
    rename_profile_in_chats,
    save_chat,
)

ODD_PICK = json.dumps(
    {
        "profile": "work",
        "model": "m",
        "system": "",
        "turns": [{"question": "Why?", "answer": "So.", "pick_id": "3"}],
    }
)
NOW = datetime(2026, 11, 23, 10, 30)


def example_chat(profile: str = "work", question: str = "Why?") -> SavedChat:
    return SavedChat(
        new_id(NOW),
        profile,
        "m",
        "be kind",
        [Turn(question, "Because.", 3, profile, "2026-11-23T10:30:00+00:00"), Turn("And?", "So.")],
    )


def test_a_chat_is_saved_listed_and_deleted() -> None:
    first = example_chat()
    save_chat(first)
    second = example_chat("play", "Why\nnot?")
    assert (first.id, second.id) == ("20261123-103000", "20261123-103000-2")
    save_chat(second)
    assert load_chat(first.id) == first
    assert [chat.id for chat in list_chats()] == [second.id, first.id]
    assert [chat.id for chat in list_chats("work")] == [first.id]
    assert second.title == "Why not?"
    file = paths.data_dir() / "chats" / f"{first.id}.json"
    assert file.stat().st_mode & 0o777 == 0o600
    delete_chat(first.id)
    for use in (load_chat, delete_chat):
        with pytest.raises(NoInputError, match="no chat"):
            use(first.id)
    assert list_chats("work") == []


def test_a_pick_in_an_old_chat_is_in_the_profile_of_the_chat() -> None:
    chat = example_chat()
    save_chat(chat)
    file = paths.data_dir() / "chats" / f"{chat.id}.json"
    body = json.loads(file.read_text())
    for turn in body["turns"]:
        del turn["profile"], turn["pick_time"]
    file.write_text(json.dumps(body))
    assert load_chat(chat.id).turns == [Turn("Why?", "Because.", 3, "work"), Turn("And?", "So.")]


def test_chats_and_picks_go_with_a_renamed_profile() -> None:
    """A chat may hold picks of several profiles: it goes on with the last one."""
    first, second, third = (example_chat(name) for name in ("work", "play", "play"))
    second.turns.append(Turn("Who?", "You.", 9, "work"))
    for n, chat in enumerate((first, second, third)):
        chat.id = f"20261123-10300{n}"
        save_chat(chat)
    rename_profile_in_chats("work", "job")
    assert [(c.profile, [t.profile for t in c.turns]) for c in list_chats()] == [
        ("play", ["play", ""]),
        ("play", ["play", "", "job"]),
        ("job", ["job", ""]),
    ]


def test_a_chat_without_turns_is_not_saved() -> None:
    save_chat(SavedChat(new_id(NOW), "work", "m"))
    assert list_chats() == []


@pytest.mark.parametrize("chat_id", ["", "../x", "20261123-103000/../x", "nothing"])
def test_an_id_cannot_be_a_path(chat_id: str) -> None:
    with pytest.raises(NoInputError):
        load_chat(chat_id)


@pytest.mark.parametrize(
    "text",
    ["", "{", "{}", "[]", '{"turns": [1]}', '{"profile": 1, "model": 2, "system": 3}', ODD_PICK],
)
def test_a_damaged_chat_is_named_in_the_error_and_missing_from_the_list(text: str) -> None:
    chat = example_chat()
    save_chat(chat)
    (paths.data_dir() / "chats" / f"{chat.id}.json").write_text(text)
    with pytest.raises(BadDataError, match=chat.id):
        load_chat(chat.id)
    assert list_chats() == []


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=4))
def test_any_text_is_restored(pairs: list[tuple[str, str]]) -> None:
    chat = SavedChat("20260101-000000", "work", "m", "", [Turn(q, a) for q, a in pairs])
    save_chat(chat)
    assert load_chat(chat.id) == chat
    roles = [message["role"] for message in messages_of(chat.turns)]
    assert roles == ["user", "assistant"] * len(pairs)
