"""tpop axes: what answers can be steered by."""

from __future__ import annotations

import json

import typer

from . import options as opt
from .runtime import command, stdout_console, write_answer

app = typer.Typer(help="See what answers can be steered by.", no_args_is_help=True)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the taste axes and the instruction of each pole."""
    from rich.table import Table
    from rich.text import Text

    from ..core.axes import AXES

    if as_json:
        body = [
            {
                "axis": axis.name,
                **{
                    side: {"pole": pole.name, "instruction": pole.instruction, "full": pole.full}
                    for side, pole in zip(("toward", "away"), axis.poles, strict=True)
                },
            }
            for axis in AXES
        ]
        write_answer(json.dumps(body, ensure_ascii=False))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("axis", "pole", "the instruction that steers towards it"):
        table.add_column(column)
    for axis in AXES:
        for pole in axis.poles:
            table.add_row(
                Text(axis.name if pole is axis.toward else ""),
                Text(pole.name, "bold"),
                Text(pole.instruction),
            )
    stdout_console().print(table)
