"""What a user says in a chat about how answers should be."""

from __future__ import annotations

from .chat import Chat

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
        chat.tell(f"every answer is now: {', '.join(new.described(chat.profile.axes))}")


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
        said = ", ".join(chat.profile.said.described(chat.profile.axes))
        chat.tell(f"/taste clear NAME or /taste clear all; you said: {said}")
    else:
        gone = chat.profile.unsay(*(() if name in _ALL else (name,)))
        chat.tell(f"taken back: {', '.join(gone.described(chat.profile.axes))}")


def tell_contradictions(chat: Chat) -> None:
    """Say once in a chat where the picks are sure of the opposite of what the user said."""
    from ...core.describe import axis_tastes

    said = chat.profile.said
    if not said.strengths:
        return
    for one in axis_tastes(chat.session.taste, chat.profile.picks(), said):
        if one.contradiction and (one.axis, one.said) not in chat.told:
            chat.told.add((one.axis, one.said))
            chat.tell(f"{one.contradiction} · /taste clear {one.axis} lets your picks decide")
