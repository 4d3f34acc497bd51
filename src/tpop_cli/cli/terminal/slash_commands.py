"""The commands of a chat. Each is given the chat and what stands behind its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ...errors import StorageError, UsageError
from ...settings import SETTINGS
from ..open_session import open_profile
from .chat import Chat

Command = Callable[[Chat, str], None]


def _help(chat: Chat, _: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for name, (_command, meaning) in COMMANDS.items():
        table.add_row(Text(name, "bold"), Text(meaning))
    table.add_row(Text("Alt-Enter", "bold"), Text("a new line; Ctrl-X Ctrl-E opens $EDITOR"))
    chat.console.print(table)


def _undo(chat: Chat, _: str) -> None:
    if not chat.turns:
        chat.tell("nothing to undo in this chat; `tpop picks undo` takes back older picks")
        return
    turn = chat.turns[-1]
    if turn.pick_id is not None:
        chat.session.undo(turn.pick_id)
    chat.turns.pop()
    chat.tell("undone: the pick is forgotten and its turn is out of the chat")


def _redo(chat: Chat, _: str) -> None:
    if chat.last_question is None:
        chat.tell("there is no question to answer again")
    else:
        chat.answer_instead(chat.last_question)


def _edit(chat: Chat, _: str) -> None:
    if chat.last_question is None:
        chat.tell("there is no question to edit")
    else:
        chat.edited_question = chat.last_question


def _plain(chat: Chat, _: str) -> None:
    from ...session.session import Session
    from .duel import stream_answer

    if chat.last_question is None:
        chat.tell("there is no question to answer yet")
        return
    answered = chat.turns and chat.turns[-1].question == chat.last_question
    messages = chat.messages(chat.last_question, chat.turns[:-1] if answered else chat.turns)
    plain = Session(chat.session.engine, None, chat.session.options)
    arm = stream_answer(plain, messages, chat.console)
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
            value = SETTINGS["temperature"].parse(text)
        except UsageError as error:
            raise UsageError(error.message, "/temp 0 is greedy") from None
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
        Path(name).expanduser().write_text(transcript(chat.turns) + "\n", "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {name}: {error.strerror}") from None
    chat.tell(f"{len(chat.turns)} turns are in {name}")


def _load(chat: Chat, chat_id: str) -> None:
    from ...store.chats import list_chats, load_chat

    if chat_id:
        chat.resume(load_chat(chat_id))
        return
    for found in list_chats()[:10]:
        chat.tell(f"{found.id}  {found.title}")


def _copy(chat: Chat, _: str) -> None:
    from ...ui.chat import clipboard_sequence

    if not chat.turns:
        chat.tell("there is no answer to copy yet")
        return
    chat.console.file.write(clipboard_sequence(chat.turns[-1].answer.strip()))
    chat.console.file.flush()
    chat.tell("copied, if your terminal allows it")


def _stats(chat: Chat, _: str) -> None:
    picks = [turn for turn in chat.turns if turn.pick_id is not None]
    chat.tell(f"{len(chat.turns)} turns, {len(picks)} picked here · {chat.context_usage()}")
    chat.tell(
        f"profile {chat.profile.name}, {chat.profile.n_picks} picks · {chat.session.engine.info.path}"
    )


def _quit(chat: Chat, _: str) -> None:
    chat.ended = True


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
    "/quit": (_quit, "leave (also Ctrl-D)"),
}
"""By name: what it does, and what the help says of it."""

ALIASES = {"/redo": "/regen", "/exit": "/quit"}
