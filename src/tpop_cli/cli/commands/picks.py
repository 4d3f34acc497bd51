"""tpop picks: the log of picks of a profile."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import UsageError
from .. import options as opt
from ..console import confirm, note, stdout_console, write_json
from ..open_session import open_profile
from ..process import command

if TYPE_CHECKING:
    from ...core.picks import Pick

app = typer.Typer(help="Show, correct, undo and delete picks.", no_args_is_help=True)


class Amended(str, Enum):
    """What a pick can be changed to. First and second are the answers as they were shown."""

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
    n_shown = len(chosen.notices)
    picks = chosen.picks()
    for notice in chosen.notices[n_shown:]:
        note(notice)
    if as_json:
        for pick in picks:
            write_json(asdict(pick))
        return
    if not picks:
        note(f"profile {chosen.name} has no picks yet")
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
    """The list's row of a pick, by column."""
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
        int | None, typer.Argument(help="Number of the pick.", show_default="the last one")
    ] = None,
    profile: opt.ProfileOption = None,
) -> None:
    """Show a pick with its prompt and both answers."""
    from ...ui.picks import pick_view

    stdout_console().print(pick_view(open_profile(profile).find(pick)))


@app.command()
@command
def history(profile: opt.ProfileOption = None) -> None:
    """Plot how often picks were predicted correctly, over time."""
    from ...ui.picks import history_view

    stdout_console().print(history_view(open_profile(profile).picks()))


@app.command()
@command
def amend(
    pick: Annotated[int, typer.Argument(help="Number of the pick.")],
    verdict: Annotated[Amended, typer.Argument(help="What should have been picked.")],
    profile: opt.ProfileOption = None,
) -> None:
    """Correct a pick. The profile becomes what it would be with this verdict."""
    chosen = open_profile(profile)
    old = chosen.find(pick)
    sides = {"first": old.left, "second": "explore" if old.left == "exploit" else "exploit"}
    chosen.amend(pick, sides.get(verdict.value, verdict.value))  # type: ignore[arg-type]
    note(f"pick {pick} is now {verdict.value}")


@app.command()
@command
def forget(
    last: Annotated[
        int | None, typer.Option(min=1, help="Delete this many of the latest picks.")
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(help="Delete all picks made before this day.", metavar="YYYY-MM-DD"),
    ] = None,
    profile: opt.ProfileOption = None,
    yes: opt.YesOption = False,
) -> None:
    """Delete picks permanently, with their texts. No backup is kept."""
    if (last is None) == (before is None):
        raise UsageError("give either --last or --before", "such as: tpop picks forget --last 3")
    chosen = open_profile(profile)
    picks = chosen.picks()
    if before is not None:
        day = _day(before)
        unwanted = {pick.id for pick in picks if pick.time[:10] < day}
    else:
        unwanted = {pick.id for pick in picks[-(last or 0) :]}
    question = f"Delete {len(unwanted)} of {len(picks)} picks of profile {chosen.name} permanently?"
    confirm(question, yes)
    n = chosen.forget(lambda pick: pick.id in unwanted)
    note(f"deleted {n} picks; profile {chosen.name} has {chosen.n_picks}")


def _day(text: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(
            f"{text} is not a date (YYYY-MM-DD)", "such as --before 2026-01-31"
        ) from None


@app.command()
@command
def undo(
    pick: Annotated[
        int | None, typer.Argument(help="Number of the pick.", show_default="the last one")
    ] = None,
    profile: opt.ProfileOption = None,
) -> None:
    """Undo a pick. The profile becomes what it would be without that pick."""
    chosen = open_profile(profile)
    undone = chosen.undo(pick)
    note(f"undid pick {undone.id}; profile {chosen.name} has {chosen.n_picks}")
