"""tpop profile: profiles and what they have learned."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from .. import options as opt
from ..completion import complete_profile
from ..console import confirm, note, stdout_console, write_answer, write_json
from ..inputs import read_file
from ..open_session import open_profile
from ..process import command
from .profile_show import OptionalName, known_taste, show

if TYPE_CHECKING:
    from ...core.picks import Pick

NameArgument = Annotated[
    str, typer.Argument(help="Name of a profile.", autocompletion=complete_profile)
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
    from ...errors import TpopError
    from ...store.own_axes import load_axes
    from ...store.profile import Profile
    from ...store.profiles import list_profiles

    found: list[tuple[str, int | None]] = []
    axes = load_axes()
    for name in list_profiles():
        try:
            profile = Profile(name, axes)
        except TpopError as error:  # it must not hide the others
            note(f"profile {name}: {error.message}")
            found.append((name, None))
            continue
        found.append((name, profile.n_picks))
        for notice in profile.notices:
            note(f"profile {name}: {notice}")
    if as_json:
        write_json([{"profile": name, "picks": n} for name, n in found])
        return
    if not found:
        note("no profiles yet: your first pick creates one")
    for name, n in found:
        write_answer(f"{name}\t{'unreadable' if n is None else f'{n} picks'}")


app.command()(show)


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
            "rejected. json: all picks with both texts, and what you said.",
        ),
    ] = ExportAs.prompt,
    profile: opt.ProfileOption = None,
) -> None:
    """Print a taste for use elsewhere."""
    from ...core.describe import taste_prompt
    from ...store.exports import preference_pairs, profile_json

    chosen, taste = known_taste(name or profile)
    if form is ExportAs.prompt:
        text = taste_prompt(taste, chosen.said)
        if not text:
            note(f"profile {chosen.name}: not enough evidence yet")
            return
        write_answer(text)
    elif form is ExportAs.pairs:
        for pair in preference_pairs(chosen.picks()):
            write_json(pair)
    else:
        write_json(profile_json(chosen))


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
            help="A JSON export of tpop, a preference file (JSON or JSONL of prompt, chosen and "
            "rejected, or a similar format), or feedback or chats exported by open-webui."
        ),
    ],
    profile: opt.ProfileOption = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say what would be imported, with an example; change nothing."
        ),
    ] = False,
) -> None:
    """Learn from preferences given elsewhere. Those that the profile already holds are left out."""
    from ...core.describe import said_words
    from ...errors import UsageError
    from ...store.imports import new_picks, read_preferences, read_said

    data = read_file(file)
    said, found = read_said(data, file), read_preferences(data, name=file)
    chosen = open_profile(profile)
    new = new_picks(found.picks, chosen.picks())
    n_known = len(found.picks) - len(new) + found.n_repeated
    note(f"{file}, read as {found.kind}: {len(new)} new picks, {n_known} already known")
    if found.skipped:
        note(f"skipped: {found.skipped_words}")
    if said:
        note(f"also what was said: {', '.join(said_words(said, chosen.axes))}")
    if dry_run:
        if found.picks:
            note(_summary(found.picks[0]))
        note(f"nothing was changed; profile {chosen.name} holds {chosen.n_picks} picks")
        return
    if new:
        # Compared again with the lock held: another import may have been faster.
        chosen.extend(found.picks, new_picks)
    if said:  # what the profile's user said themselves goes before
        try:
            chosen.change_said(said.add)
        except UsageError as error:
            note(f"what was said is left out: {error.message}")
    note(f"profile {chosen.name} holds {chosen.n_picks} picks")


def _summary(pick: Pick) -> str:
    """The prompt and the answers of a pick, a line for each."""
    if pick.winner and pick.loser:
        answers = ("chosen", pick.winner.text), ("rejected", pick.loser.text)
    else:
        answers = ("one answer", pick.exploit.text), ("the other", pick.explore.text)
    rows = [("prompt", pick.prompt), *answers]
    if not pick.has_texts:
        return "the first one holds no texts"
    return "\n".join(f"{name:>10}: {_shortened(text)}" for name, text in rows)


def _shortened(text: str, length: int = 80) -> str:
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


@app.command()
@command
def diff(first: NameArgument, second: NameArgument) -> None:
    """Show the tastes of two profiles side by side."""
    from ...core.describe import axis_tastes
    from ...ui.taste import taste_diff

    tastes = [
        axis_tastes(taste, profile.picks())
        for profile, taste in (known_taste(first), known_taste(second))
    ]
    stdout_console().print(taste_diff((first, second), (tastes[0], tastes[1])))
