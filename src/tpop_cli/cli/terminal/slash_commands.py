"""The commands of a chat. Each takes the chat and the text after its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, UsageError
from ...settings import SETTINGS
from ..open_session import open_profile
from .chat import Chat
from .fix import fix
from .reason import why
from .said import taste

if TYPE_CHECKING:
    from ...core.picks import Pick
    from ...store.chats import Turn

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
        chat.tell("nothing to undo in this chat; `tpop picks undo` undoes older picks")
        return
    if chat.fixes:
        before, fixed = chat.fixes[-1]
        problem = "" if fixed is None else _undo_pick(chat, fixed)
        chat.turns[-1] = before
        chat.fixes.pop()
        chat.tell(problem or "undone: the answer is as it was before /fix")
        return
    problem = _undo_pick(chat, chat.turns[-1])
    chat.turns.pop()
    chat.single = None
    chat.tell(problem or "undone: the pick is forgotten and its turn is removed")


def _undo_pick(chat: Chat, turn: Turn) -> str:
    """Take back the pick of a turn, from the profile that holds it.

    Returns:
        Why there is no such pick to take back; empty if it was taken back.

    Raises:
        BusyError, StorageError: it cannot be taken back now.
    """
    from ...store.profiles import open_existing

    if turn.pick_id is None:
        return "undone: its turn is removed"
    owner = turn.profile or chat.profile.name
    only_turn = "only the turn is removed"
    try:
        profile = chat.profile if owner == chat.profile.name else open_existing(owner)
        pick = profile.find(turn.pick_id)
        if not _is_pick_of(turn, pick):
            return f"pick {turn.pick_id} of profile {owner} is another one now; {only_turn}"
        if profile is chat.profile:
            chat.session.undo(turn.pick_id)
        else:
            profile.undo(turn.pick_id)
            chat.tell(f"the pick was in profile {owner}")
    except NoInputError as error:  # undone or forgotten before, or the whole profile was deleted
        return f"{error.message}; {only_turn}"
    return ""


def _is_pick_of(turn: Turn, pick: Pick) -> bool:
    """Whether a pick is the one of a turn, and not only has its number.

    It may be another's: of a profile that was deleted and created again, or, in a chat that was
    saved without times, of another profile that the chat once went on with.
    """
    if turn.pick_time:
        return pick.time == turn.pick_time
    return not pick.has_texts or pick.prompt == turn.question


def _regenerate(chat: Chat, _: str) -> None:
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
        find_model(name)  # an unknown model is refused while the chat still has one
        chat.next_model = name
    else:
        chat.tell(chat.session.engine.info.path)


def _save(chat: Chat, name: str) -> None:
    from ...store.io_errors import storage_error
    from ...ui.chat import transcript

    if not name:
        raise UsageError("/save needs a file's name", "/save chat.md")
    try:
        Path(name).expanduser().write_text(transcript(chat.turns) + "\n", "utf-8")
    except OSError as error:
        raise storage_error(f"cannot write {name}", error) from None
    chat.tell(f"saved {len(chat.turns)} turns to {name}")


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
    chat.tell(f"{len(chat.turns)} turns, {len(picks)} picks · {chat.context_usage()}")
    profile, model = chat.profile, chat.session.engine.info.path
    chat.tell(f"profile {profile.name}, {profile.n_picks} picks · {model}")


def _quit(chat: Chat, _: str) -> None:
    chat.ended = True


COMMANDS: dict[str, tuple[Command, str]] = {
    "/help": (_help, "show this list"),
    "/undo": (_undo, "undo the last turn and its pick"),
    "/regen": (_regenerate, "answer the last question again, with two new answers; also /redo"),
    "/edit": (_edit, "edit the last question and ask it again"),
    "/fix": (fix, "edit the last answer in $EDITOR; tpop learns from what you change"),
    "/compare": (
        lambda chat, _: chat.compare(),
        "compare the last single answer with another one; also c",
    ),
    "/why": (why, "say what decided your last pick, one of three differences; /why 1"),
    "/plain": (_plain, "answer the last question without your taste"),
    "/taste": (
        taste,
        "show what tpop knows of your taste; /taste brief says how every answer should be, "
        "/taste clear length takes it back",
    ),
    "/profile": (_profile, "show the profile; /profile NAME changes it"),
    "/model": (_model, "show the model; /model NAME changes it"),
    "/system": (
        _system,
        "show the system prompt; /system TEXT changes it, /system none removes it",
    ),
    "/temp": (_temp, "show the temperature; /temp 0.5 changes it"),
    "/save": (_save, "/save FILE writes the chat as Markdown"),
    "/load": (_load, "list the latest chats; /load ID continues one"),
    "/copy": (_copy, "copy the last answer to the clipboard"),
    "/stats": (_stats, "show the number of turns and picks, and the use of the context"),
    "/quit": (_quit, "leave; also /exit and Ctrl-D"),
}
"""All commands by name, with their help texts."""

ALIASES = {"/redo": "/regen", "/exit": "/quit"}
