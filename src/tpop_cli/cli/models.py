"""tpop models: the GGUF files that can be named."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from . import options as opt
from .runtime import command, note, stdout_console, write_answer

app = typer.Typer(help="See and choose models.", no_args_is_help=True)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the models that can be named, and mark the one in use."""
    from rich.table import Table
    from rich.text import Text

    from ..engine.gguf import read_header
    from ..errors import TpopError
    from ..store.models import NO_MODEL_HINT, find_model, list_models
    from ..store.paths import models_dir

    found = list_models()
    try:
        used = find_model()
    except TpopError:
        used = None
    rows = []
    for model in found:
        try:
            quantization = read_header(model.path).quantization
        except TpopError as error:
            quantization = f"broken: {error.message}"
        rows.append(
            {
                "name": model.name,
                "size": model.path.stat().st_size,
                "quantization": quantization,
                "origin": model.origin,
                "in_use": model.path == used,
                "path": str(model.path),
            }
        )
    if as_json:
        write_answer(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        note(f"no models yet; {NO_MODEL_HINT}")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in ("", "name", "size", "quantization", "from"):
        table.add_column(column)
    for row in rows:
        mark = Text("●" if row["in_use"] else " ", "green")
        size = f"{row['size'] / 1e6:.0f} MB"  # type: ignore[operator]
        table.add_row(mark, Text(str(row["name"])), size, Text(str(row["quantization"])), str(row["origin"]))
    stdout_console().print(table)
    note(f"GGUF files in {models_dir()} are listed by name")


@app.command()
@command
def show(
    name: Annotated[
        str | None,
        typer.Argument(help="A name, a path, or hf:ORG/REPO/FILE.", show_default="the one in use"),
    ] = None,
    as_json: opt.JsonOption = False,
) -> None:
    """Show what a model's file says of itself."""
    from rich.table import Table
    from rich.text import Text

    from ..engine.gguf import fingerprint, read_header
    from ..store.models import find_model
    from ..ui.clean import clean

    header = read_header(find_model(name))
    facts: dict[str, str | int | bool] = {
        "path": str(header.path),
        "name": header.name,
        "architecture": header.architecture,
        "quantization": header.quantization,
        "size": header.size_bytes,
        "context_length": header.number("context_length"),
        "layers": header.number("block_count"),
        "embedding_length": header.number("embedding_length"),
        "chat_template": header.has_chat_template,
        "license": str(header.metadata.get("general.license", "?")),
        "fingerprint": fingerprint(header.path),
    }
    if as_json:
        write_answer(json.dumps(facts, ensure_ascii=False))
        return
    table = Table.grid(padding=(0, 2))
    for key, value in facts.items():
        table.add_row(Text(key.replace("_", " "), "dim"), Text(clean(str(value)), overflow="fold"))
    stdout_console().print(table)


@app.command()
@command
def use(name: Annotated[str, typer.Argument(help="A name, a path, or hf:ORG/REPO/FILE.")]) -> None:
    """Make a model the default; it is written to config.toml."""
    from ..engine.gguf import read_header
    from ..store.config import save_setting
    from ..store.models import find_model, list_models
    from ..store.paths import config_file

    path = find_model(name)
    read_header(path)  # refuse what could not be loaded
    known = name in {model.name for model in list_models()} or name.startswith("hf:")
    save_setting("model", name if known else str(path.resolve()))
    note(f"{name} is the default model now; it is set in {config_file()}")
