"""tpop axes: the taste axes, which answers are steered along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ...session.calibration_prompts import CALIBRATION_PROMPTS
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import note, progress_bar, stdout_console, write_json
from ..open_session import open_session
from ..process import command, interruptible

app = typer.Typer(
    help="Show the taste axes, add axes of your own, and measure their effect.",
    no_args_is_help=True,
)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the axes and the instruction of each pole."""
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
                        "weight": pole.weight,
                    }
                    for side, pole in zip(("toward", "away"), axis.poles, strict=True)
                },
            }
            for axis in load_axes()
        ]
        write_json(body)
        return
    console = stdout_console()
    table = plain_table(("axis", "pole", "instruction"))
    for axis in load_axes():
        for pole in axis.poles:
            table.add_row(
                Text(axis.name if pole is axis.toward else ""),
                Text(pole.name, "bold"),
                Text(pole.instruction),
            )
    console.print(table)


@app.command()
@command
def add(
    name: Annotated[str, typer.Argument(help="Name of the axis.")],
    toward: Annotated[str, typer.Option(help="Instruction of one pole.", metavar="TEXT")],
    away: Annotated[str, typer.Option(help="Instruction of the other pole.", metavar="TEXT")],
    toward_name: Annotated[
        str | None, typer.Option(help="Name of the one pole.", show_default="NAME: yes")
    ] = None,
    away_name: Annotated[
        str | None, typer.Option(help="Name of the other pole.", show_default="NAME: no")
    ] = None,
) -> None:
    """Add an axis of your own: two opposite instructions, which duels then try out.

    For example: tpop axes add pirate --toward "Please talk like a pirate."
    --away "Please talk like a diplomat."
    """
    from ...core.axes import Axis, Pole
    from ...store.own_axes import add_axis

    poles = Pole(toward_name or f"{name}: yes", toward), Pole(away_name or f"{name}: no", away)
    add_axis(Axis(name, *poles, builtin=False))
    note(f"added {name}: duels will try {poles[0].name!r} and {poles[1].name!r}")


@app.command()
@command
def remove(name: Annotated[str, typer.Argument(help="Name of an axis of your own.")]) -> None:
    """Remove an axis of your own. The built-in axes cannot be removed."""
    from ...store.own_axes import remove_axis

    remove_axis(name)
    note(f"removed {name}; its picks are kept")


@app.command()
@command
@opt.with_options(LOADING, ANSWERS)
def measure(
    prompts: Annotated[
        int,
        typer.Option(help="Number of prompts to measure on.", min=2, max=len(CALIBRATION_PROMPTS)),
    ] = 16,
    output: Annotated[
        Path | None,
        typer.Option(help="File to write.", show_default="in the data folder", metavar="FILE"),
    ] = None,
    *,
    options: opt.Options,
) -> None:
    """Measure how far each pole moves a model's answers: the model's response matrix.

    The starter model's matrix comes with tpop. For another model, half of its effects are assumed
    until your duels show more. Measuring takes some minutes, and lets the first duels teach more.
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
    note(f"measured on {len(answers)} answers; written to {output}")
