"""Saved chats, one file each.

A chat holds what the user typed and the answers they picked, but no steering instruction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import BadDataError, NoInputError, TpopError
from . import paths
from .files import make_private_dir, read_bounded, strict_json, write_atomic
from .io_errors import storage_error

SCHEMA = 1
MAX_CHAT = 64 << 20
_ID = re.compile(r"[0-9]{8}-[0-9]{6}(-[0-9]+)?")


@dataclass
class Turn:
    """One question of a chat and its answer.

    Args:
        question: what the user typed.
        answer: the answer that became part of the chat.
        pick_id: the number of the pick that chose it; None if there was no duel.
        profile: the profile that holds the pick; empty if there is none.
        pick_time: the time of the pick, which tells it from a later one with its number, in a
            profile that was deleted and created again; empty if it is not known.
    """

    question: str
    answer: str
    pick_id: int | None = None
    profile: str = ""
    pick_time: str = ""


@dataclass
class SavedChat:
    """A chat that can be resumed.

    Args:
        id: the time it began, which is also the name of its file.
        profile, model: those that it is continued with.
        system: its system prompt.
        turns: oldest first.
    """

    id: str
    profile: str
    model: str
    system: str = ""
    turns: list[Turn] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The first question, on one line."""
        return " ".join(self.turns[0].question.split()) if self.turns else ""


def messages_of(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The turns of a chat as chat-template messages with `role` and `content`."""
    return [
        message
        for turn in turns
        for message in (
            {"role": "user", "content": turn.question},
            {"role": "assistant", "content": turn.answer},
        )
    ]


def new_id(now: datetime | None = None) -> str:
    """An id that no saved chat has, made of the time; `now` is for tests."""
    return unused_id((now or datetime.now()).strftime("%Y%m%d-%H%M%S"))


def unused_id(chat_id: str) -> str:
    """An id, or, if another chat was saved under it meanwhile, a similar one."""
    day, time, *_ = chat_id.split("-")
    free, n = chat_id, 1
    while _path(free).exists():
        n += 1
        free = f"{day}-{time}-{n}"
    return free


def save_chat(chat: SavedChat) -> None:
    """Save a chat. One without turns is not saved. Raises StorageError, CannotCreateError."""
    if not chat.turns:
        return
    make_private_dir(_folder())
    write_atomic(
        _path(chat.id), json.dumps({"schema": SCHEMA, **asdict(chat)}, ensure_ascii=True).encode()
    )


def load_chat(chat_id: str) -> SavedChat:
    """Load a chat by its id.

    Raises:
        NoInputError: there is no such chat.
        BadDataError: its file is damaged.
    """
    if not _ID.fullmatch(chat_id) or not _path(chat_id).exists():
        raise NoInputError(f"there is no chat {chat_id}", "tpop chats list")
    try:
        body = strict_json(read_bounded(_path(chat_id), MAX_CHAT))
        profile = str(body["profile"])
        turns = [_turn(turn, profile) for turn in body["turns"]]
        return SavedChat(chat_id, profile, str(body["model"]), str(body["system"]), turns)
    except (BadDataError, AttributeError, KeyError, TypeError) as error:
        raise BadDataError(
            f"cannot read {_path(chat_id)}: {error}", f"tpop chats delete {chat_id}"
        ) from None


def _turn(body: dict[str, Any], profile: str) -> Turn:
    """A turn from its JSON object. Old ones do not name the profile: it is that of the chat."""
    question, answer, pick_id = str(body["question"]), str(body["answer"]), body["pick_id"]
    if pick_id is None:
        return Turn(question, answer)
    if type(pick_id) is not int:
        raise TypeError("pick_id is not a whole number")
    owner, time = str(body.get("profile") or profile), str(body.get("pick_time") or "")
    return Turn(question, answer, pick_id, owner, time)


def rename_profile_in_chats(name: str, new: str) -> list[SavedChat]:
    """Let all chats and picks of a profile go with it when it is renamed.

    Returns:
        The chats that have changed, as they were: saving them takes it back.

    Raises:
        StorageError: a chat cannot be written; none has changed.
    """
    changed: list[SavedChat] = []
    try:
        for chat in list_chats():
            turns = [replace(t, profile=new) if t.profile == name else t for t in chat.turns]
            profile = new if chat.profile == name else chat.profile
            renamed = replace(chat, profile=profile, turns=turns)
            if renamed != chat:
                changed.append(chat)
                save_chat(renamed)
    except BaseException:
        save_chats(changed)
        raise
    return changed


def save_chats(chats: Sequence[SavedChat]) -> None:
    """Save chats as they were before a change that failed, as far as possible."""
    for chat in chats:
        with suppress(TpopError):  # the first error is the one to show
            save_chat(chat)


def list_chats(profile: str | None = None) -> list[SavedChat]:
    """All readable chats, the latest first; with `profile`, only those of that profile."""
    ids = sorted(
        (path.stem for path in _folder().glob("*.json") if _ID.fullmatch(path.stem)), reverse=True
    )
    found = []
    for chat_id in ids:
        try:
            chat = load_chat(chat_id)
        except BadDataError:
            continue
        if profile in (None, chat.profile):
            found.append(chat)
    return found


def delete_chat(chat_id: str) -> None:
    """Delete a chat. Raises NoInputError, StorageError."""
    if not _ID.fullmatch(chat_id) or not _path(chat_id).exists():
        raise NoInputError(f"there is no chat {chat_id}", "tpop chats list")
    try:
        _path(chat_id).unlink()
    except OSError as error:
        raise storage_error(f"cannot delete {_path(chat_id)}", error) from None


def _folder() -> Path:
    return paths.data_dir() / "chats"


def _path(chat_id: str) -> Path:
    return _folder() / f"{chat_id}.json"
