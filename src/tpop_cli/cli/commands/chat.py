"""tpop chat: a conversation in which every answer is a duel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import NoInputError, UsageError
from .. import options as opt
from ..open_session import open_profile, open_session
from ..runtime import command, on_terminal, stdout_console

if TYPE_CHECKING:
    from ...store.chats import SavedChat, Turn


@command
@opt.with_decoding_options
def chat(
    profile: opt.ProfileOption = None,
    go_on: Annotated[
        bool, typer.Option("--continue", "-c", help="Go on with the profile's latest chat.")
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume", help="Go on with a chat that `tpop chats list` shows.", metavar="ID"
        ),
    ] = None,
    history: Annotated[
        bool | None,
        typer.Option(
            "--history/--no-history",
            help="Keep what is typed, the chat, and the texts of picks.",
            show_default="history",
        ),
    ] = None,
    ask: opt.AskOption = None,
    reward: opt.RewardOption = None,
    rebuild: opt.RebuildOption = False,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Chat. Answers come twice; your pick goes on in the chat, and the next answers follow your taste.

    Once your taste is clear, single answers come too; c compares such an answer with another. Keys after two
    answers: 1 or 2 picks, = is a tie, x both bad, s skip, r redo, v pages, d marks the differences, e says why you
    are asked. Alt-Enter starts a new line. Ctrl-C stops an answer and keeps the chat. /help lists the commands.
    """
    if not on_terminal():
        raise UsageError("tpop chat needs a terminal", 'in scripts: tpop ask "..." --pick auto')
    from ...store.config import setting
    from ..terminal.chat_loop import Chat

    chosen = open_profile(profile)
    kept = setting("history", history) is not False
    resumed = _resumed(chosen.name, go_on, resume)
    past: list[Turn] = []
    chat_id = ""
    while True:
        with open_session(
            decoding, chosen, "chat", reward and reward.value, rebuild, history=history
        ) as session:
            talk = Chat(session, stdout_console(), opt.ask_of(ask), kept, past, id=chat_id)
            if resumed:
                talk.resume(resumed)
            talk.run()
        if talk.next_model is None:
            return
        # Another model: the chat and its settings go on with it.
        sampling, system = talk.session.options.sampling, talk.session.options.system
        decoding = replace(
            decoding, model=talk.next_model, temperature=sampling.temperature, system=system
        )
        chosen, past, chat_id, resumed, rebuild = talk.profile, talk.past, talk.id, None, False


def _resumed(profile: str, go_on: bool, chat_id: str | None) -> SavedChat | None:
    from ...store.chats import list_chats, load_chat

    if chat_id:
        return load_chat(chat_id)
    if not go_on:
        return None
    found = list_chats(profile)
    if not found:
        raise NoInputError(f"profile {profile} has no chat to go on with", "tpop chats list")
    return found[0]
