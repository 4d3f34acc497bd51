"""tpop profile: profiles and what they have learned."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from ...settings import default
from .. import options as opt
from ..completion import complete_profile
from ..console import confirm, note, stdout_console, write_answer
from ..inputs import read_file
from ..open_session import open_profile
from ..process import command

if TYPE_CHECKING:
    from ...core.picks import Pick
    from ...core.taste import Taste
    from ...store.profile import Profile

NameArgument = Annotated[
    str, typer.Argument(help="Name of a profile.", autocompletion=complete_profile)
]
OptionalName = Annotated[
    str | None,
    typer.Argument(
        help="Name of the profile.",
        show_default=default("profile"),
        autocompletion=complete_profile,
    ),
]
NewArgument = Annotated[str, typer.Argument(help="The new name.")]

app = typer.Typer(
    help="Show, compare, export, import, copy, rename and delete profiles.",
    no_args_is_help=True,
)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the profiles and their numbers of picks."""
    from ...store.profile import Profile
    from ...store.profiles import list_profiles

    found = [(name, Profile(name).n_picks) for name in list_profiles()]
    if as_json:
        write_answer(json.dumps([{"profile": name, "picks": n} for name, n in found]))
        return
    if not found:
        note("no profiles yet: your first pick creates one")
    for name, n in found:
        write_answer(f"{name}\t{n} picks")


@app.command()
@command
def show(
    name: OptionalName = None,
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
) -> None:
    """Show what a profile has learned: each axis as a bar, with its certainty."""
    from ...core.describe import axis_tastes
    from ...ui.taste import taste_table

    chosen, taste = _known(name or profile)
    picks = chosen.picks()
    tastes = axis_tastes(taste, picks)
    right, decided = _count_correct(picks)
    if as_json:
        body = {
            "profile": chosen.name,
            "picks": len(picks),
            "predicted_right": right,
            "decided": decided,
            "axes": [
                {
                    "axis": t.axis,
                    "preferred": t.preferred,
                    "lean": round(t.preference, 4),
                    "certainty": round(t.certainty, 4),
                    "words": t.words,
                }
                for t in tastes
            ],
        }
        write_answer(json.dumps(body, ensure_ascii=False))
        return
    console = stdout_console()
    console.print(
        f"profile {chosen.name}: {len(picks)} picks, {right} of {decided} predicted correctly"
    )
    console.print(taste_table(tastes))


class ExportAs(str, Enum):
    """The form in which a taste is exported."""

    prompt = "prompt"
    pairs = "pairs"
    json = "json"


@app.command()
@command
def export(
    name: OptionalName = None,
    form: Annotated[
        ExportAs,
        typer.Option(
            "--as",
            help="prompt: a system prompt for other tools. pairs: JSONL of prompt, chosen and "
            "rejected. json: all picks with both texts.",
        ),
    ] = ExportAs.prompt,
    profile: opt.ProfileOption = None,
) -> None:
    """Print a taste for use elsewhere."""
    from ...core.describe import taste_prompt

    chosen, taste = _known(name or profile)
    if form is ExportAs.prompt:
        text = taste_prompt(taste)
        if not text:
            note(f"profile {chosen.name}: not enough evidence yet")
            return
        write_answer(text)
    elif form is ExportAs.pairs:
        for pick in chosen.picks():
            if pick.winner and pick.loser and pick.has_texts:
                pair = {
                    "prompt": pick.prompt,
                    "chosen": pick.winner.text,
                    "rejected": pick.loser.text,
                }
                write_answer(json.dumps(pair, ensure_ascii=False))
    else:
        body = {
            "schema": 1,
            "profile": chosen.name,
            "picks": [asdict(pick) for pick in chosen.picks()],
        }
        write_answer(json.dumps(body, ensure_ascii=False))


@app.command()
@command
def create(name: NameArgument) -> None:
    """Create an empty profile. The first pick with `--profile NAME` also creates one."""
    from ...store.profiles import create_profile

    create_profile(name)
    note(f"created profile {name}; use it with --profile {name}, or tpop config set profile {name}")


@app.command()
@command
def copy(name: NameArgument, new: NewArgument) -> None:
    """Copy a profile. From then on both learn separately."""
    from ...store.profiles import copy_profile

    copied = copy_profile(name, new)
    note(f"copied the {copied.n_picks} picks of profile {name} to {new}")


@app.command()
@command
def rename(name: NameArgument, new: NewArgument) -> None:
    """Rename a profile."""
    from ...store.profiles import rename_profile

    rename_profile(name, new)
    note(f"renamed profile {name} to {new}")


@app.command()
@command
def delete(name: NameArgument, yes: opt.YesOption = False) -> None:
    """Delete a profile. Its files are moved to a backup, whose path is printed."""
    from ...store.profiles import delete_profile, open_existing

    profile = open_existing(name)
    confirm(f"Delete profile {name} with its {profile.n_picks} picks? A backup is kept.", yes)
    note(f"deleted profile {name}; its files are kept in {delete_profile(name)}")


@app.command("import")
@command
def import_(
    file: Annotated[
        str,
        typer.Argument(
            help="A JSON export of tpop, JSONL of prompt, chosen and rejected, or feedback of "
            "open-webui."
        ),
    ],
    profile: opt.ProfileOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be imported; change nothing.")
    ] = False,
) -> None:
    """Learn from preferences given elsewhere."""
    from ...store.imports import read_preferences

    found = read_preferences(read_file(file))
    chosen = open_profile(profile)
    skipped = f", {found.n_skipped} entries skipped" if found.n_skipped else ""
    if dry_run:
        note(f"{file}: {len(found.picks)} picks ({found.kind}){skipped}; nothing was changed")
        return
    chosen.extend(found.picks)
    note(
        f"{len(found.picks)} picks ({found.kind}){skipped}; "
        f"profile {chosen.name} has {chosen.n_picks}"
    )


@app.command()
@command
def diff(first: NameArgument, second: NameArgument) -> None:
    """Show the tastes of two profiles side by side."""
    from ...core.describe import axis_tastes
    from ...ui.taste import taste_diff

    tastes = [
        axis_tastes(taste, profile.picks()) for profile, taste in (_known(first), _known(second))
    ]
    stdout_console().print(taste_diff((first, second), (tastes[0], tastes[1])))


def _known(name: str | None) -> tuple[Profile, Taste]:
    """A profile, and its taste with the starter model's response matrix. Raises NoInputError."""
    from ...core.features import FEATURES
    from ...store.profiles import open_existing
    from ...store.response_matrices import starter_response

    if name:
        open_existing(name)
    chosen = open_profile(name)
    poles = [pole.name for axis in chosen.axes for pole in axis.poles]
    return chosen, chosen.taste.with_B(starter_response().matrix(poles, FEATURES))


def _count_correct(picks: list[Pick]) -> tuple[int, int]:
    """How many picks were predicted correctly, and how many were predicted and decided at all."""
    correct = [pick.predicted_correctly for pick in picks if pick.predicted_correctly is not None]
    return sum(correct), len(correct)
