"""tpop picks: the log of a profile."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from . import options as opt
from .runtime import command, note, open_profile, stdout_console, write_answer

app = typer.Typer(help="See picks and take them back.", no_args_is_help=True)


@app.command("list")
@command
def list_(
    profile: opt.ProfileOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSONL, with both texts.")] = False,
) -> None:
    """List the picks of a profile, oldest first."""
    chosen = open_profile(profile)
    picks = chosen.picks()
    if as_json:
        for pick in picks:
            write_answer(json.dumps(asdict(pick), ensure_ascii=False))
        return
    if not picks:
        note(f"profile {chosen.name} holds no picks yet")
        return
    from rich.table import Table
    from rich.text import Text

    from ..ui.clean import clean

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("#", "when", "prompt", "verdict", "picked"):
        table.add_column(
            column, no_wrap=True, overflow="ellipsis", ratio=3 if column in ("prompt", "picked") else None
        )
    for pick in picks:
        winner = pick.winner
        table.add_row(
            str(pick.id),
            pick.time[:16].replace("T", " "),
            Text(clean(pick.prompt).replace("\n", " ")),
            pick.verdict,
            Text(clean(winner.text).replace("\n", " ") if winner else ""),
        )
    stdout_console().print(table)


@app.command()
@command
def undo(
    pick: Annotated[int | None, typer.Argument(help="Its number.", show_default="the last one")] = None,
    profile: opt.ProfileOption = None,
) -> None:
    """Take a pick back: the profile is as if it had never been made."""
    chosen = open_profile(profile)
    undone = chosen.undo(pick)
    note(f"pick {undone.id} is forgotten; profile {chosen.name} holds {chosen.n_picks}")
