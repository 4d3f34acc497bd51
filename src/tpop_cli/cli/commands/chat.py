"""tpop chat: a chat on a terminal, in which you pick the better answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import NoInputError, UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import on_terminal, stdout_console
from ..open_session import open_profile, open_session
from ..process import command

if TYPE_CHECKING:
    from ...store.chats import SavedChat, Turn


@command
@opt.with_options(LOADING, ANSWERS)
def chat(
    profile: opt.ProfileOption = None,
    go_on: Annotated[
        bool, typer.Option("--continue", "-c", help="Continue the profile's latest chat.")
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume", help="Continue a chat that `tpop chats list` shows.", metavar="ID"
        ),
    ] = None,
    history: opt.HistoryOption = None,
    ask: opt.AskOption = None,
    reward: opt.RewardOption = None,
    rebuild: opt.RebuildOption = False,
    *,
    options: opt.Options,
) -> None:
    """Chat. You get two answers to a question, pick one, and the next answers follow your taste.

    Once your taste is clear, tpop also gives single answers; c compares such an answer with
    another one. Keys after two answers: 1 or 2 picks, = is a tie, x means both are bad, s skips,
    r asks again, v shows both in a pager, d marks the differences, e says why you are asked.
    Alt-Enter starts a new line. Ctrl-C stops an answer and keeps the chat. /help lists the
    commands.
    """
    if not on_terminal():
        raise UsageError("tpop chat needs a terminal", 'in scripts: tpop ask "..." --pick auto')
    from ...store.config import resolve
    from ..terminal.chat import Chat
    from ..terminal.chat_loop import ChatLoop

    chosen = open_profile(profile)
    keep_history, when_to_ask = resolve("history", history), resolve("ask", ask)
    resumed = _resumed(chosen.name, go_on, resume)
    turns: list[Turn] = []
    chat_id, saved = "", False
    while True:
        with open_session(options, chosen, "chat", reward, rebuild, history=history) as session:
            talk = Chat(session, stdout_console(), when_to_ask, keep_history, turns, chat_id, saved)
            if resumed:
                talk.resume(resumed)
            ChatLoop(talk).run()
        if talk.next_model is None:
            return
        # Continue the chat with another model, and with what was set in the chat.
        options = options.with_flags(
            model=talk.next_model,
            temperature=session.options.sampling.temperature,
            system=session.options.system,
        )
        chosen, turns, chat_id, saved = talk.profile, talk.turns, talk.id, talk.saved
        resumed, rebuild = None, False


def _resumed(profile: str, go_on: bool, chat_id: str | None) -> SavedChat | None:
    from ...store.chats import list_chats, load_chat

    if chat_id:
        return load_chat(chat_id)
    if not go_on:
        return None
    found = list_chats(profile)
    if not found:
        raise NoInputError(f"profile {profile} has no chat to continue", "tpop chats list")
    return found[0]
