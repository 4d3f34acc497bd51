"""Downloads models from Hugging Face, with progress on a terminal."""

from __future__ import annotations

from .console import note, progress_bar


def download(name: str) -> str:
    """Download a model, all of its files, and check each SHA-256. Progress is on stderr.

    Without a connection, or in offline mode, a model that is on this machine will do.

    Args:
        name: hf:ORG/REPO, hf:ORG/REPO:QUANTIZATION or hf:ORG/REPO/FILE.

    Returns:
        The name to use it by.

    Raises:
        NoInputError, UsageError, UnavailableError, BadDataError, StorageError, TpopError: as
            `store.hub.pull`.
    """
    from ..errors import TpopError, UnavailableError
    from ..store.models import find_model

    try:
        return _download(name)
    except UnavailableError:
        try:
            here = find_model(name, fetch=False)
        except TpopError:
            here = None
        if here is None:
            raise
        note(f"{name} was downloaded before, and can be used: {here}")
        note("it was not compared with the one on the server, which cannot be asked now")
        return name


def _download(name: str) -> str:
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from ..store.hub import file_name, part_names, pull
    from ..ui.units import format_bytes

    file = file_name(name)
    progress = progress_bar(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with progress:
        for part in part_names(file):
            task = progress.add_task(part.rsplit("/", 1)[-1])

            def update(done: int, total: int, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total or None)

            pulled = pull(part, update)
            note(f"downloaded {part}: {format_bytes(pulled.size)}, sha256 {pulled.sha256}")
    return name if name == file else file
