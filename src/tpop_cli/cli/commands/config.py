"""tpop config: settings, and where each of them was set."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ...errors import UsageError
from ...settings import SETTINGS, find_setting
from .. import options as opt
from ..completion import complete_key, complete_profile, complete_value
from ..console import note, stdout_console, write_answer
from ..process import command

app = typer.Typer(help="See and change settings.", no_args_is_help=True)


@app.command()
@command
def show(profile: opt.ProfileOption = None, as_json: opt.JsonOption = False) -> None:
    """Show every setting with its value and where it was set. A flag overrides all of them."""
    from rich.text import Text

    from ...store.config import configured, resolve, use_profile_settings
    from ...ui.clean import clean
    from ...ui.tables import plain_table

    use_profile_settings(resolve("profile", profile))
    found = {key: configured(key) for key in SETTINGS}
    if as_json:
        rows = {
            key: {"value": value, "from": where, "default": SETTINGS[key].shown_default}
            for key, (value, where) in found.items()
        }
        write_answer(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    table = plain_table(("setting", "value", "from"))
    for key, (value, where) in found.items():
        if value is None:
            shown = Text(SETTINGS[key].shown_default, "dim")
        else:
            shown = Text(clean(str(value)), "bold")
        table.add_row(key, shown, Text(clean(where), "dim"))
    stdout_console().print(table)


@app.command("set")
@command
def set_(
    key: Annotated[
        str,
        typer.Argument(
            help="A setting that `tpop config show` lists.", autocompletion=complete_key
        ),
    ],
    value: Annotated[
        str | None,
        typer.Argument(help="New value; omit to unset.", autocompletion=complete_value),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            "-p",
            help="Set it for this profile only.",
            metavar="NAME",
            autocompletion=complete_profile,
        ),
    ] = None,
) -> None:
    """Set or unset a setting in config.toml, or in that of a profile. Comments and order stay."""
    from ...store.config import profile_config_file, remove_setting, save_setting
    from ...store.paths import config_file
    from ...store.profiles import create_profile, list_profiles

    file = profile_config_file(profile) if profile else config_file()
    if value is None:
        remove_setting(key, file)
        note(f"{key} is no longer set in {file}")
        return
    setting = find_setting(key)
    try:
        new = setting.parse(value)
    except UsageError as error:
        raise UsageError(f"{key}={error.message}", f"tpop config set {key} VALUE") from None
    if profile and profile not in list_profiles():
        create_profile(profile)
    save_setting(key, new, file)
    note(f"{key} is set in {file}")


@app.command()
@command
def path() -> None:
    """Print the path of config.toml, whether it exists or not."""
    from ...store.paths import config_file

    write_answer(str(config_file()))
