"""tpop config: the settings, and where each comes from."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from .. import options as opt
from ..open_session import DEFAULT_PROFILE
from ..runtime import command, note, stdout_console, write_answer

app = typer.Typer(help="See and change settings.", no_args_is_help=True)


@app.command()
@command
def show(profile: opt.ProfileOption = None, as_json: opt.JsonOption = False) -> None:
    """Show every setting, its value, and where that was set. A flag on the command line overrides all of them."""
    from rich.text import Text

    from ...store.config import KEYS, origin, setting, use_profile_settings
    from ...ui.clean import clean
    from ...ui.tables import plain_table

    use_profile_settings(setting("profile", profile) or DEFAULT_PROFILE)
    found = {key: origin(key) for key in KEYS}
    if as_json:
        rows = {key: {"value": value, "from": where} for key, (value, where) in found.items()}
        write_answer(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = plain_table(("setting", "value", "from"))
    for key, (value, where) in found.items():
        shown = Text("-", "dim") if value is None else Text(clean(str(value)), "bold")
        table.add_row(key, shown, Text(clean(where), "dim"))
    stdout_console().print(table)


@app.command("set")
@command
def set_(
    key: Annotated[str, typer.Argument(help="A setting that `tpop config show` lists.")],
    value: Annotated[str | None, typer.Argument(help="Its value; none takes it out.")] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help="For one profile only.")
    ] = None,
) -> None:
    """Write a setting into config.toml, or into a profile's own; its comments and its order stay."""
    from ...store.config import parsed, profile_config_file, remove_setting, save_setting
    from ...store.paths import config_file
    from ...store.profiles import create_profile, list_profiles

    file = profile_config_file(profile) if profile else config_file()
    if value is None:
        remove_setting(key, file)
        note(f"{key} is taken out of {file}")
        return
    new = parsed(key, value)
    if profile and profile not in list_profiles():
        create_profile(profile)
    save_setting(key, new, file)
    note(f"{key} is set in {file}")


@app.command()
@command
def path() -> None:
    """Print where config.toml is, or would be."""
    from ...store.paths import config_file

    write_answer(str(config_file()))
