"""Conversations: what the person typed and what they picked, never an instruction. One file each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from ..errors import BadDataError, NoInputError, StorageError
from . import paths
from .files import make_private_dir, read_bounded, strict_json, write_atomic

SCHEMA = 1
MAX_CHAT = 64 << 20
_ID = re.compile(r"[0-9]{8}-[0-9]{6}(-[0-9]+)?")


@dataclass
class Turn:
    """One question of a chat, the answer that went on, and the number of the pick behind it, if there was one."""

    question: str
    answer: str
    pick_id: int | None = None


@dataclass
class SavedChat:
    """A chat that can be gone on with.

    Args:
        id: when it began, which names its file.
        profile, model: of its last turn.
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
    """The turns of a chat as the model reads them."""
    return [
        message
        for turn in turns
        for message in (
            {"role": "user", "content": turn.question},
            {"role": "assistant", "content": turn.answer},
        )
    ]


def new_id(now: datetime | None = None) -> str:
    """An id that no conversation has yet."""
    stamp = (now or datetime.now()).strftime("%Y%m%d-%H%M%S")
    found, n = stamp, 1
    while _path(found).exists():
        n += 1
        found = f"{stamp}-{n}"
    return found


def save_chat(chat: SavedChat) -> None:
    """Keep a conversation; one without turns is not kept. Raises StorageError, CannotCreateError."""
    if not chat.turns:
        return
    make_private_dir(_folder())
    write_atomic(
        _path(chat.id), json.dumps({"schema": SCHEMA, **asdict(chat)}, ensure_ascii=True).encode()
    )


def load_chat(chat_id: str) -> SavedChat:
    """A conversation by its id.

    Raises:
        NoInputError: there is none of this id.
        BadDataError: its file cannot be read.
    """
    if not _ID.fullmatch(chat_id) or not _path(chat_id).exists():
        raise NoInputError(f"there is no chat {chat_id}", "tpop chats list")
    try:
        body = strict_json(read_bounded(_path(chat_id), MAX_CHAT))
        turns = [Turn(str(t["question"]), str(t["answer"]), t["pick_id"]) for t in body["turns"]]
        return SavedChat(
            chat_id, str(body["profile"]), str(body["model"]), str(body["system"]), turns
        )
    except (BadDataError, KeyError, TypeError) as error:
        raise BadDataError(
            f"cannot read {_path(chat_id)}: {error}", f"tpop chats delete {chat_id}"
        ) from None


def list_chats(profile: str | None = None) -> list[SavedChat]:
    """All conversations that can be read, the latest first; of one profile only, if it is given."""
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
    """Remove a conversation for good. Raises NoInputError, StorageError."""
    if not _ID.fullmatch(chat_id) or not _path(chat_id).exists():
        raise NoInputError(f"there is no chat {chat_id}", "tpop chats list")
    try:
        _path(chat_id).unlink()
    except OSError as error:
        raise StorageError(f"cannot delete {_path(chat_id)}: {error.strerror}") from None


def _folder() -> Path:
    return paths.data_dir() / "chats"


def _path(chat_id: str) -> Path:
    return _folder() / f"{chat_id}.json"
