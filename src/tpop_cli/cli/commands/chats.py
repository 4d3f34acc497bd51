"""tpop chats: saved chats."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from .. import options as opt
from ..console import confirm, note, stdout_console, write_answer, write_json
from ..process import command

app = typer.Typer(help="List, show and delete saved chats.", no_args_is_help=True)

IdArgument = Annotated[
    str, typer.Argument(help="A chat's id, as `tpop chats list` shows it.", metavar="ID")
]


@app.command("list")
@command
def list_(profile: opt.ProfileOption = None, as_json: opt.JsonOption = False) -> None:
    """List the saved chats, latest first."""
    from rich.text import Text

    from ...store.chats import list_chats
    from ...ui.clean import clean
    from ...ui.tables import plain_table

    found = list_chats(profile)
    if as_json:
        rows = [
            {
                "id": c.id,
                "profile": c.profile,
                "model": c.model,
                "turns": len(c.turns),
                "title": c.title,
            }
            for c in found
        ]
        write_json(rows)
        return
    if not found:
        note("no saved chats yet")
        return
    table = plain_table(("id", "profile", "turns", "first question"), wrap=False)
    for chat in found:
        table.add_row(chat.id, Text(chat.profile), str(len(chat.turns)), Text(clean(chat.title)))
    stdout_console().print(table)


@app.command()
@command
def show(chat: IdArgument, as_json: opt.JsonOption = False) -> None:
    """Print a chat as Markdown."""
    from ...store.chats import load_chat
    from ...ui.chat import transcript

    found = load_chat(chat)
    write_answer(
        json.dumps(asdict(found), ensure_ascii=False) if as_json else transcript(found.turns)
    )


@app.command()
@command
def delete(chat: IdArgument, yes: opt.YesOption = False) -> None:
    """Delete a chat permanently. Its picks stay; `tpop picks forget` deletes picks."""
    from ...store.chats import delete_chat, load_chat

    confirm(f"Delete chat {chat} with its {len(load_chat(chat).turns)} turns?", yes)
    delete_chat(chat)
    note(f"deleted chat {chat}")
