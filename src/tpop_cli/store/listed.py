"""listed.json: what the headers of models said, so that a list of many models is quick.

Reading a header means to walk through a vocabulary of up to 262,144 tokens.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .. import __version__
from ..errors import BadDataError, StorageError, TpopError
from . import paths
from .files import make_private_dir, read_bounded, strict_json, write_atomic
from .model_files import part_paths

_MAX_BYTES = 1 << 24


def stamp(path: Path) -> list[list[int]]:
    """What changes when a model's files do: size and time of each file that exists."""
    found = []
    for part in part_paths(path):
        try:
            status = part.stat()
            found.append([status.st_size, status.st_mtime_ns])
        except (OSError, ValueError):
            found.append([])
    return found


def load_listed() -> dict[str, Any]:
    """What is known of models, by path: {"stamp": ..., "facts": ...}. Empty if nothing is."""
    try:
        body = strict_json(read_bounded(_file(), _MAX_BYTES))
    except (OSError, BadDataError, StorageError):
        return {}
    if not isinstance(body, dict) or body.get("version") != __version__:
        return {}
    models = body.get("models")
    return models if isinstance(models, dict) else {}


def save_listed(models: dict[str, Any]) -> None:
    """Save it. That this fails is no error: the next list is slower."""
    try:
        make_private_dir(_file().parent)
        write_atomic(_file(), json.dumps({"version": __version__, "models": models}).encode())
    except (TpopError, OSError, ValueError):
        pass


def _file() -> Path:
    return paths.data_dir() / "listed.json"
