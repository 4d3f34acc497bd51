"""tpop picks: the log of a profile."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from . import options as opt
from .runtime import command, note, open_profile, stdout_console, write_answer

if TYPE_CHECKING:
    from ..core.picks import Pick

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

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for column in ("#", "when", "verdict"):
        table.add_column(column, no_wrap=True, min_width=max(len(row(pick)[column]) for pick in picks))
    for column in ("prompt", "picked"):
        table.add_column(column, no_wrap=True, ratio=1)
    for pick in picks:
        table.add_row(*map(Text, row(pick).values()))
    stdout_console().print(table)


def row(pick: Pick) -> dict[str, str]:
    """What the list shows of a pick, in the order of its columns."""
    from ..ui.clean import clean

    winner = pick.winner
    return {
        "#": str(pick.id),
        "when": pick.time[:16].replace("T", " "),
        "verdict": pick.verdict,
        "prompt": clean(pick.prompt).replace("\n", " "),
        "picked": clean(winner.text).replace("\n", " ") if winner else "",
    }


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
