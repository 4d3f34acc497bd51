"""What has been said in a chat: what the person typed and what they picked, never an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..engine.protocol import Message


@dataclass
class Turn:
    """One question of the chat, the answer that went on, and the pick behind it."""

    question: str
    answer: str
    pick_id: int | None


def messages_of(past: Sequence[Turn]) -> list[Message]:
    """The turns of a chat as the model reads them."""
    return [
        message
        for turn in past
        for message in ({"role": "user", "content": turn.question}, {"role": "assistant", "content": turn.answer})
    ]
