"""The commands of a chat. Each is given the chat and what stands behind its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import StorageError, UsageError
from ..open_session import open_profile

if TYPE_CHECKING:
    from .chat_loop import Chat

Command = Callable[["Chat", str], None]


def _help(chat: Chat, _: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for name, (_command, meaning) in COMMANDS.items():
        table.add_row(Text(name, "bold"), Text(meaning))
    table.add_row(Text("Alt-Enter", "bold"), Text("a new line; Ctrl-X Ctrl-E opens $EDITOR"))
    chat.console.print(table)


def _undo(chat: Chat, _: str) -> None:
    if not chat.past:
        chat.tell("nothing to undo in this chat; `tpop picks undo` takes back older picks")
        return
    turn = chat.past[-1]
    if turn.pick_id is not None:
        chat.session.undo(turn.pick_id)
    chat.past.pop()
    chat.tell("undone: the pick is forgotten and its turn is out of the chat")


def _redo(chat: Chat, _: str) -> None:
    if chat.last_question is None:
        chat.tell("there is no question to answer again")
    else:
        chat.ask_again(chat.last_question)


def _edit(chat: Chat, _: str) -> None:
    if chat.last_question is None:
        chat.tell("there is no question to edit")
    else:
        chat.editing = chat.last_question


def _plain(chat: Chat, _: str) -> None:
    from ...session.session import Session
    from .duel import stream_answer

    if chat.last_question is None:
        chat.tell("there is no question to answer yet")
        return
    answered = chat.past and chat.past[-1].question == chat.last_question
    messages = chat.messages(chat.last_question, chat.past[:-1] if answered else chat.past)
    arm = stream_answer(
        Session(chat.session.engine, None, chat.session.options), messages, chat.console
    )[0]
    if arm is not None:
        chat.tell("without your taste:")
        chat.print_answer(arm.answer)


def _taste(chat: Chat, _: str) -> None:
    from ...core.describe import axis_tastes
    from ...ui.taste import taste_table

    chat.console.print(taste_table(axis_tastes(chat.session.taste)))


def _profile(chat: Chat, name: str) -> None:
    if name:
        chat.session.use(open_profile(name))
    chat.tell(f"profile {chat.profile.name}, {chat.profile.n_picks} picks")


def _system(chat: Chat, text: str) -> None:
    if text:
        chat.session.options = replace(chat.session.options, system="" if text == "none" else text)
    chat.tell(f"system prompt: {chat.session.options.system or 'none'}")


def _temp(chat: Chat, text: str) -> None:
    if text:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 5:
            raise UsageError(f"{text} is no temperature", "/temp 0 is greedy; up to 5")
        options = chat.session.options
        chat.session.options = replace(
            options, sampling=replace(options.sampling, temperature=value)
        )
    chat.tell(f"temperature {chat.session.options.sampling.temperature:g}")


def _model(chat: Chat, name: str) -> None:
    from ...store.models import find_model

    if name:
        find_model(name)  # refuse what is not there, while there still is a model
        chat.next_model = name
    else:
        chat.tell(chat.session.engine.info.path)


def _save(chat: Chat, name: str) -> None:
    from ...ui.chat import transcript

    if not name:
        raise UsageError("/save needs a file's name", "/save chat.md")
    try:
        Path(name).expanduser().write_text(transcript(chat.past) + "\n", "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {name}: {error.strerror}") from None
    chat.tell(f"{len(chat.past)} turns are in {name}")


def _load(chat: Chat, chat_id: str) -> None:
    from ...store.chats import list_chats, load_chat

    if chat_id:
        chat.resume(load_chat(chat_id))
        return
    for found in list_chats()[:10]:
        chat.tell(f"{found.id}  {found.title}")


def _copy(chat: Chat, _: str) -> None:
    from ...ui.chat import clipboard_sequence

    if not chat.past:
        chat.tell("there is no answer to copy yet")
        return
    chat.console.file.write(clipboard_sequence(chat.past[-1].answer.strip()))
    chat.console.file.flush()
    chat.tell("copied, if your terminal allows it")


def _stats(chat: Chat, _: str) -> None:
    from ...ui.chat import context_usage

    picks = [turn for turn in chat.past if turn.pick_id is not None]
    context = context_usage(chat.used(), chat.session.engine.n_ctx)
    chat.tell(f"{len(chat.past)} session, {len(picks)} picked here · {context}")
    chat.tell(
        f"profile {chat.profile.name}, {chat.profile.n_picks} picks · {chat.session.engine.info.path}"
    )


COMMANDS: dict[str, tuple[Command, str]] = {
    "/help": (_help, "this list"),
    "/undo": (_undo, "take the last pick back, and its turn out of the chat"),
    "/regen": (
        _redo,
        "answer the last question again, with two new candidates; /redo does the same",
    ),
    "/edit": (_edit, "change the last question, and ask it again"),
    "/compare": (
        lambda chat, _: chat.compare(),
        "the last answer, which came alone, against another; c does the same",
    ),
    "/plain": (_plain, "the last question answered without your taste, to compare"),
    "/taste": (_taste, "what has been learned of your taste"),
    "/profile": (_profile, "the profile; /profile NAME changes it"),
    "/model": (_model, "the model; /model NAME changes it"),
    "/system": (_system, "the system prompt; /system TEXT changes it, /system none takes it out"),
    "/temp": (_temp, "the temperature; /temp 0.5 changes it"),
    "/save": (_save, "write the chat into a file, as Markdown"),
    "/load": (_load, "the latest chats; /load ID goes on with one"),
    "/copy": (_copy, "put the last answer on the clipboard"),
    "/stats": (_stats, "session, picks, and how full the context is"),
    "/quit": (lambda chat, _: chat.leave(), "leave (also Ctrl-D)"),
}
"""By name: what it does, and what the help says of it."""

ALIASES = {"/redo": "/regen", "/exit": "/quit"}
