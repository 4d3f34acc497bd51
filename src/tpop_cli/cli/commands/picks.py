"""tpop picks: the log of a profile."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import UsageError
from .. import options as opt
from ..console import confirm, note, stdout_console, write_answer
from ..open_session import open_profile
from ..process import command

if TYPE_CHECKING:
    from ...core.picks import Pick

app = typer.Typer(help="See picks, mend them, and take them back.", no_args_is_help=True)


class Amended(str, Enum):
    """What a pick can be amended to; first and second are the sides as they were shown."""

    first = "first"
    second = "second"
    tie = "tie"
    both_bad = "both-bad"
    skip = "skip"


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
        table.add_column(
            column, no_wrap=True, min_width=max(len(row(pick)[column]) for pick in picks)
        )
    for column in ("prompt", "picked"):
        table.add_column(column, no_wrap=True, ratio=1)
    for pick in picks:
        table.add_row(*map(Text, row(pick).values()))
    stdout_console().print(table)


def row(pick: Pick) -> dict[str, str]:
    """What the list shows of a pick, in the order of its columns."""
    from ...ui.clean import clean

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
def show(
    pick: Annotated[
        int | None, typer.Argument(help="Its number.", show_default="the last one")
    ] = None,
    profile: opt.ProfileOption = None,
) -> None:
    """Show a pick whole: the question, and both answers."""
    from ...ui.picks import pick_view

    stdout_console().print(pick_view(open_profile(profile).find(pick)))


@app.command()
@command
def history(profile: opt.ProfileOption = None) -> None:
    """Draw how well the profile's picks were told before they were made, over time."""
    from ...ui.picks import history_view

    stdout_console().print(history_view(open_profile(profile).picks()))


@app.command()
@command
def amend(
    pick: Annotated[int, typer.Argument(help="Its number.")],
    verdict: Annotated[Amended, typer.Argument(help="What should have been picked.")],
    profile: opt.ProfileOption = None,
) -> None:
    """Give a pick another verdict: the profile is as if that had been picked."""
    chosen = open_profile(profile)
    old = chosen.find(pick)
    sides = {"first": old.left, "second": "explore" if old.left == "exploit" else "exploit"}
    chosen.amend(pick, sides.get(verdict.value, verdict.value))  # type: ignore[arg-type]
    note(f"pick {pick} is {verdict.value} now")


@app.command()
@command
def forget(
    last: Annotated[int | None, typer.Option(min=1, help="So many of the latest.")] = None,
    before: Annotated[
        str | None, typer.Option(help="All that were made before a day.", metavar="YYYY-MM-DD")
    ] = None,
    profile: opt.ProfileOption = None,
    yes: opt.YesOption = False,
) -> None:
    """Remove picks for good, with their texts; no backup is kept."""
    if (last is None) == (before is None):
        raise UsageError("name --last or --before", "such as: tpop picks forget --last 3")
    chosen = open_profile(profile)
    picks = chosen.picks()
    if before is not None:
        day = _day(before)
        unwanted = {pick.id for pick in picks if pick.time[:10] < day}
    else:
        unwanted = {pick.id for pick in picks[-(last or 0) :]}
    confirm(f"Remove {len(unwanted)} of {len(picks)} picks of profile {chosen.name} for good?", yes)
    n = chosen.forget(lambda pick: pick.id in unwanted)
    note(f"{n} picks are gone; profile {chosen.name} holds {chosen.n_picks}")


def _day(text: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{text} is no day", "such as --before 2026-01-31") from None


@app.command()
@command
def undo(
    pick: Annotated[
        int | None, typer.Argument(help="Its number.", show_default="the last one")
    ] = None,
    profile: opt.ProfileOption = None,
) -> None:
    """Take a pick back: the profile is as if it had never been made."""
    chosen = open_profile(profile)
    undone = chosen.undo(pick)
    note(f"pick {undone.id} is forgotten; profile {chosen.name} holds {chosen.n_picks}")
