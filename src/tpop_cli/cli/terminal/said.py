"""What a user says in a chat about how answers should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .chat import Chat

if TYPE_CHECKING:
    from ...core.said import Said

_ALL = ("all", "--all")


def taste(chat: Chat, text: str) -> None:
    """Show the taste, say something, or take it back: the text of /taste."""
    command, _, rest = text.partition(" ")
    if not text:
        _show(chat)
    elif command == "clear":
        _clear(chat, rest.strip())
    else:
        words = rest.strip() if command == "set" else text
        new = chat.profile.say(words)
        chat.single = None  # it has not what was said: no duel may compare it with one that has
        chat.tell(f"every answer is now: {_words(chat, new)}")


def _show(chat: Chat) -> None:
    from ...core.describe import axis_tastes
    from ...ui.taste import said_lines, taste_table

    said = chat.profile.said
    tastes = axis_tastes(chat.session.taste, said=said)
    chat.console.print(taste_table(tastes))
    for line in said_lines(tastes, said.wishes):
        chat.tell(line)


def _clear(chat: Chat, name: str) -> None:
    if not chat.profile.said:
        chat.tell("nothing is said: there is nothing to take back")
    elif not name:
        said = _words(chat, chat.profile.said)
        chat.tell(f"/taste clear NAME or /taste clear all; you said: {said}")
    else:
        gone = chat.profile.unsay(*(() if name in _ALL else (name,)))
        chat.single = None
        chat.tell(f"taken back: {_words(chat, gone)}")


def _words(chat: Chat, said: Said) -> str:
    from ...core.describe import said_words

    return ", ".join(said_words(said, chat.profile.axes))
