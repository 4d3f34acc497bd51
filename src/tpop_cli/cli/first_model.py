"""The file of the model to load; on a terminal without any model a short way to one."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .console import note, on_terminal, stderr_console
from .downloads import download

if TYPE_CHECKING:
    from ..store.models import NoModelError

_MOST_SHOWN = 9  # one key each


def model_file(name: str | None) -> Path:
    """The file of the model to use, as `store.models.find_model` finds it.

    A model that has to be downloaded shows its progress on a terminal. If there is no model at all,
    a user on a terminal is shown those on this machine, or one to download, and chooses by a key.

    Args:
        name: the flag --model; None: the setting applies.

    Raises:
        NoModelError: there is no model, and nobody can be asked or nothing was chosen.
        TpopError: as `store.models.find_model`.
    """
    from ..errors import NoInputError
    from ..store.config import resolve
    from ..store.model_files import part_number
    from ..store.models import NoModelError, find_model

    wanted = resolve("model", name)
    try:
        path = find_model(wanted, fetch=False)
    except NoModelError as error:
        if not on_terminal():
            raise
        return find_model(_choose(error))
    except NoInputError:
        if not wanted.startswith("hf:"):
            raise
        path = find_model(download(wanted))
    file = wanted.rsplit("/", 1)[-1] if wanted else path.name
    if part_number(file) > 1 and path.name != file:
        note(f"{file} is part {part_number(file)} of a model; {path.name} loads all parts")
    return path


def _choose(error: NoModelError) -> str:
    """Let the user choose a model, and make it the default. Raises `error` if they do not."""
    rows = _usable_rows()
    name = _choose_found(rows) if rows else _choose_download(error)
    if name is None:
        raise error
    from ..errors import TpopError
    from ..store.config import save_setting

    try:
        save_setting("model", name)
    except TpopError as failure:
        note(f"not saved as the default: {failure.message}")
    else:
        note(f"{name} is now the default model; change it with: tpop models use NAME")
    return name


def _usable_rows() -> list[dict[str, Any]]:
    """The rows of the models that can be loaded; those that fit into free memory first."""
    from ..store.models import usable_models
    from .model_rows import model_rows

    rows = [row for row in model_rows(usable_models(), None) if row["fits"] is not None]
    return sorted(rows, key=lambda row: not row["fits"])[:_MOST_SHOWN]


def _choose_found(rows: list[dict[str, Any]]) -> str | None:
    from ..ui.units import format_bytes

    lines = ["no model is chosen yet; on this machine:"]
    for number, row in enumerate(rows, 1):
        room = "" if row["fits"] else "  (more than the free memory)"
        lines.append(f"  {number}  {row['name']}  {format_bytes(row['size'])}{room}")
    last = f"1 to {len(rows)}" if len(rows) > 1 else "1"
    lines.append(f"press {last} to use it from now on, or q to quit")
    key = _ask(lines, "".join(str(n + 1) for n in range(len(rows))) + "q")
    return None if key in (None, "q") else str(rows[int(key or 1) - 1]["name"])


def _choose_download(error: NoModelError) -> str | None:
    """The name of a model that was downloaded because the user pressed d."""
    import psutil

    from ..store.suggestions import best_suggestion

    best = best_suggestion(psutil.virtual_memory().available)
    if best is None or importlib.util.find_spec("huggingface_hub") is None:
        raise error
    lines = [
        "there is no model on this machine yet; this one fits into its memory:",
        f"  {best.name}: {best.why}",
        f"press d to download it (less than {best.gigabytes} GB), or q to quit",
    ]
    return download(best.name) if _ask(lines, "dq") == "d" else None


def _ask(lines: list[str], keys: str) -> str | None:
    """Show lines on stderr and wait for one of the keys; None for Ctrl-C and the like."""
    from rich.text import Text

    from ..ui.clean import clean
    from ..ui.keys import key_reader

    with key_reader() as reader:
        console = stderr_console(errors=True)
        for line in lines:
            console.print(Text(clean(line)), soft_wrap=True)
        return reader.wait_for(keys)
