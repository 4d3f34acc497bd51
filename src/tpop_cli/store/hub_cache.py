"""The GGUF files in the cache of Hugging Face, which llama.cpp's -hf uses, too. Only read.

The folders are read without huggingface_hub: importing it takes long, and it may be missing.
"""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import UsageError
from .hub_names import REPO, split_name
from .model_files import expand, gguf_files, is_file, is_projector, subfolders, user_home


def cache_dir() -> Path:
    """The folder of huggingface_hub's cache, as its environment variables say."""
    given = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if given:
        return expand(given)
    home = os.environ.get("HF_HOME")
    if home:
        return expand(home) / "hub"
    cache = os.environ.get("XDG_CACHE_HOME")
    return (expand(cache) if cache else user_home() / ".cache") / "huggingface" / "hub"


def cached_file(name: str) -> Path | None:
    """The file of hf:ORG/REPO/FILE in the cache, or None. Does not use the network.

    Raises:
        UsageError: the name is not one of a file.
    """
    repo, file = split_name(name)
    for snapshot in _snapshots(cache_dir() / f"models--{repo.replace('/', '--')}"):
        if is_file(snapshot / file):
            return snapshot / file
    return None


def cached_models(folder: Path | None = None) -> dict[str, Path]:
    """The GGUF files in the cache that `cached_file` finds, by name, without projectors.

    Args:
        folder: of another cache with the same layout; None: `cache_dir()`.
    """
    found: dict[str, Path] = {}
    for one in subfolders(folder or cache_dir()):
        repo = one.name.removeprefix("models--").replace("--", "/")
        if not one.name.startswith("models--") or not REPO.fullmatch(repo):
            continue
        for snapshot in _snapshots(one):
            for path in gguf_files(snapshot):
                name = f"hf:{repo}/{path.relative_to(snapshot).as_posix()}"
                if is_file(path) and not is_projector(path.name) and _is_name(name):
                    found.setdefault(name, path)
    return found


def _is_name(name: str) -> bool:
    try:
        split_name(name)
    except UsageError:
        return False
    return True


def _snapshots(repo: Path) -> list[Path]:
    """The revisions of a repository in the cache: the one that `main` was, then the newest ones."""
    try:
        main = (repo / "refs" / "main").read_text("utf-8").strip()
    except (OSError, ValueError):
        main = ""
    others = [one for one in subfolders(repo / "snapshots") if one.name != main]
    current = repo / "snapshots" / main
    first = [current] if main and "/" not in main and main not in (".", "..") else []
    return first + sorted(others, key=_modified, reverse=True)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
