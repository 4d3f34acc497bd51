"""tpop axes: what answers can be steered by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ...session.calibration_prompts import CALIBRATION_PROMPTS
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import note, progress_bar, stdout_console, write_answer
from ..open_session import open_session
from ..process import command, interruptible

app = typer.Typer(
    help="See what answers can be steered by, add to it, and measure it.", no_args_is_help=True
)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the taste axes: the instruction of each pole, and what it adds to the scores of word classes."""
    from rich.text import Text

    from ...store.own_axes import load_axes
    from ...ui.tables import plain_table

    if as_json:
        body = [
            {
                "axis": axis.name,
                "builtin": axis.builtin,
                **{
                    side: {
                        "pole": pole.name,
                        "instruction": pole.instruction,
                        "full": pole.full,
                        "tilt": dict(pole.tilt),
                    }
                    for side, pole in zip(("toward", "away"), axis.poles, strict=True)
                },
            }
            for axis in load_axes()
        ]
        write_answer(json.dumps(body, ensure_ascii=False))
        return
    console = stdout_console()
    wide = console.width >= 120  # --json has the tilts, too
    columns = (
        "axis",
        "pole",
        "the instruction that steers towards it",
        *(["and its tilt"] if wide else []),
    )
    table = plain_table(columns)
    for axis in load_axes():
        for pole in axis.poles:
            tilt = Text(", ".join(f"{name} {amount:+g}" for name, amount in pole.tilt), "dim")
            table.add_row(
                Text(axis.name if pole is axis.toward else ""),
                Text(pole.name, "bold"),
                Text(pole.instruction),
                *([tilt] if wide else []),
            )
    console.print(table)


@app.command()
@command
def add(
    name: Annotated[str, typer.Argument(help="What the axis is called.")],
    toward: Annotated[str, typer.Option(help="The instruction of one pole.", metavar="TEXT")],
    away: Annotated[str, typer.Option(help="The instruction of the other.", metavar="TEXT")],
    toward_name: Annotated[
        str | None, typer.Option(help="Its name.", show_default="NAME: yes")
    ] = None,
    away_name: Annotated[
        str | None, typer.Option(help="Its name.", show_default="NAME: no")
    ] = None,
) -> None:
    """Add an axis of your own: two instructions, which duels then try out.

    For example: tpop axes add pirate --toward "Please talk like a pirate." --away "Please talk like a diplomat."
    """
    from ...core.axes import Axis, Pole
    from ...store.own_axes import add_axis

    poles = Pole(toward_name or f"{name}: yes", toward), Pole(away_name or f"{name}: no", away)
    add_axis(Axis(name, *poles, builtin=False))
    note(f"added: duels will try {poles[0].name!r} and {poles[1].name!r}")


@app.command()
@command
def remove(name: Annotated[str, typer.Argument(help="An axis of your own.")]) -> None:
    """Remove an axis of your own; the built-in ones stay."""
    from ...store.own_axes import remove_axis

    remove_axis(name)
    note(f"removed {name}; picks are kept")


@app.command()
@command
@opt.with_options(LOADING, ANSWERS)
def measure(
    prompts: Annotated[
        int, typer.Option(help="On how many tuning prompts.", min=2, max=len(CALIBRATION_PROMPTS))
    ] = 16,
    output: Annotated[
        Path | None,
        typer.Option(help="Write the file there.", show_default="the data folder", metavar="FILE"),
    ] = None,
    *,
    options: opt.Options,
) -> None:
    """Measure how far each pole moves the answers of a model: its response matrix.

    The starter model's comes with the program. For another model half of it is assumed, and corrected by the duels
    you fight; measuring takes some minutes and makes the first duels count for more.
    """
    from ...session.calibrate import measure_response
    from ...store.files import write_atomic
    from ...store.own_axes import load_axes
    from ...store.response_matrices import encode_response, save_response

    with open_session(options, None, "axes") as session:
        progress = progress_bar()
        with interruptible(session.engine.stop) as stop, progress:
            task = progress.add_task("measuring", total=None)
            matrix, answers = measure_response(
                session.engine,
                CALIBRATION_PROMPTS[:prompts],
                load_axes(),
                sampling=session.options.sampling,
                seed=options.flags["seed"] or 0,
                max_tokens=options.flags["max_tokens"] or 256,
                on_answer=lambda done, total: progress.update(task, completed=done, total=total),
            )
        if stop.is_set():
            raise KeyboardInterrupt
        about = {
            "fingerprint": session.engine.info.fingerprint,
            "model": Path(session.engine.info.path).stem,
            "prompts": prompts,
            "answers": len(answers),
        }
        if output:
            write_atomic(output, encode_response(matrix, about))
        else:
            output = save_response(matrix, about)
    note(f"measured on {len(answers)} answers; kept in {output}")
