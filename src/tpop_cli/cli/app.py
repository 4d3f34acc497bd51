"""The command line: all commands of `tpop`, by name."""

from __future__ import annotations

from typing import Annotated

import typer

from .. import __version__
from .commands import (
    ask,
    axes,
    bench,
    bench_harm,
    bench_people,
    bench_speed,
    chat,
    chats,
    check,
    config,
    doctor,
    models,
    picks,
    profile,
    reset,
    taste,
    teach,
    tune,
)

EXIT_CODES = """Exit codes: 0 success · 1 failure · 2 wrong usage · 65 bad data ·
66 no such file or model · 69 server unavailable · 70 internal error · 73 cannot create ·
74 reading or writing failed · 75 busy, try again · 78 bad configuration · 124 timed out ·
130 Ctrl-C · 143 SIGTERM · 129 SIGHUP"""

app = typer.Typer(
    name="tpop",
    help="A terminal chat for local GGUF models that learns your taste while you use it.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tpop {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    pass


app.command()(ask.ask)
app.command()(chat.chat)
app.command()(tune.tune)
app.command()(teach.teach)
app.command()(reset.reset)
app.command()(check.check)
app.command()(doctor.doctor)
app.add_typer(taste.app, name="taste")
app.add_typer(profile.app, name="profile")
app.add_typer(chats.app, name="chats")
app.add_typer(picks.app, name="picks")
app.add_typer(axes.app, name="axes")
app.add_typer(models.app, name="models")
bench.app.command()(bench_speed.speed)
bench.app.command()(bench_harm.harm)
bench.app.command()(bench_people.people)
app.add_typer(config.app, name="config")
app.add_typer(bench.app, name="bench")
