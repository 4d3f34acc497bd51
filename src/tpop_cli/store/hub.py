"""Models from Hugging Face, through huggingface_hub.

Its cache, resumed downloads, tokens and offline mode work here as in every other program.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import BadDataError, NoInputError, UsageError
from . import paths
from .files import make_private_dir, write_atomic
from .hub_errors import as_tpop_error

OnProgress = Callable[[int, int], None]
"""Called with (bytes downloaded, bytes in total)."""

_REPO = re.compile(
    r"(?!.*(--|\.\.|\.git/|\.git$))[\w-](?:[\w.-]{0,94}[\w-])?/[\w-](?:[\w.-]{0,94}[\w-])?", re.A
)
_FILE = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^/\\\x00-\x1f:]+(?:/[^/\\\x00-\x1f:]+)*")
_FIRST_PART = re.compile(r"(.*)-00001-of-(\d{5})\.gguf", re.DOTALL)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 22

SUGGESTED = (
    (1, "hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF/qwen2.5-0.5b-instruct-q4_k_m.gguf"),
    (2, "hf:Qwen/Qwen2.5-1.5B-Instruct-GGUF/qwen2.5-1.5b-instruct-q4_k_m.gguf"),
    (4, "hf:Qwen/Qwen2.5-3B-Instruct-GGUF/qwen2.5-3b-instruct-q4_k_m.gguf"),
    (8, "hf:bartowski/Meta-Llama-3.1-8B-Instruct-GGUF/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf"),
    (16, "hf:bartowski/Qwen2.5-14B-Instruct-GGUF/Qwen2.5-14B-Instruct-Q4_K_M.gguf"),
)
"""(gigabytes of free memory, a model that runs well with that much)."""


@dataclass(frozen=True)
class PulledModel:
    """A downloaded model.

    Args:
        name: hf:ORG/REPO/FILE.
        path: its file.
        size: in bytes.
        sha256: of the file on disk.
    """

    name: str
    path: str
    size: int
    sha256: str


def split_name(name: str) -> tuple[str, str]:
    """Split a name into repository and file. Raises UsageError if it is not hf:ORG/REPO/FILE.

    >>> split_name("hf:org/repo/file.gguf")
    ('org/repo', 'file.gguf')
    """
    parts = name.removeprefix("hf:").split("/", 2)
    repo = "/".join(parts[:2])
    if len(parts) != 3 or not _REPO.fullmatch(repo) or not _FILE.fullmatch(parts[2]):
        raise UsageError(f"{name} does not name a file", "write hf:ORG/REPO/FILE.gguf")
    return repo, parts[2]


def part_names(name: str) -> list[str]:
    """The names of all files of a model, if the name is that of its first part; else the name.

    >>> part_names("hf:org/repo/x-00001-of-00002.gguf")
    ['hf:org/repo/x-00001-of-00002.gguf', 'hf:org/repo/x-00002-of-00002.gguf']
    """
    found = _FIRST_PART.fullmatch(name)
    if found is None:
        return [name]
    return [f"{found[1]}-{n:05}-of-{found[2]}.gguf" for n in range(1, int(found[2]) + 1)]


def _import_hub() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError:
        raise NoInputError(
            "models from Hugging Face need the huggingface_hub package",
            "pip install huggingface_hub",
        ) from None
    return huggingface_hub


def cached_file(name: str) -> Path | None:
    """The file in huggingface_hub's cache, or None. Does not use the network.

    Raises:
        UsageError: the name is not one of a file.
        NoInputError: huggingface_hub is not installed.
    """
    repo, file = split_name(name)
    hub = _import_hub()
    try:
        found = hub.try_to_load_from_cache(repo, file)
    except Exception as error:
        raise as_tpop_error(name, repo, file, error) from None
    return Path(found) if isinstance(found, str) else None


def cached_models() -> dict[str, Path]:
    """The GGUF files in huggingface_hub's cache that `cached_file` finds, by name.

    It reads the cache's folders itself: importing huggingface_hub takes long.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        return {}
    found = {}
    try:
        for folder in sorted(_cache_dir().glob("models--*--*")):
            repo = folder.name.removeprefix("models--").replace("--", "/")
            reference = folder / "refs" / "main"
            if not _REPO.fullmatch(repo) or not reference.is_file():
                continue
            snapshot = folder / "snapshots" / reference.read_text("utf-8").strip()
            for path in sorted(snapshot.rglob("*.gguf")):
                if path.is_file():
                    found[f"hf:{repo}/{path.relative_to(snapshot).as_posix()}"] = path
    except (OSError, ValueError):
        pass  # what was found until then can be used
    return found


def _cache_dir() -> Path:
    """The folder of huggingface_hub's cache, as its environment variables say."""
    given = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if given:
        return Path(given).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("HF_HOME") or f"{cache}/huggingface").expanduser() / "hub"


def pull(name: str, on_progress: OnProgress = lambda _done, _total: None) -> PulledModel:
    """Download a model, verify it and record it. An interrupted download is resumed.

    Raises:
        NoInputError: there is no such repository or file.
        UsageError: the name is not one of a file.
        TpopError: the repository is gated, and access was not granted.
        StorageError: the file cannot be saved.
        UnavailableError: the server does not answer, or HF_HUB_OFFLINE is set.
        BadDataError: the file does not have the announced checksum; it is removed.
    """
    hub = _import_hub()
    repo, file = split_name(name)
    try:
        announced = hub.get_hf_file_metadata(hub.hf_hub_url(repo, file)).etag or ""
        path = Path(hub.hf_hub_download(repo, file, tqdm_class=_progress_class(on_progress)))
    except Exception as error:
        raise as_tpop_error(name, repo, file, error) from None
    digest = _sha256(path)
    if _SHA256.fullmatch(announced) and digest != announced:
        remove(name)
        raise BadDataError(
            f"{name} arrived damaged and was removed", f"pull it again: tpop models pull {name}"
        )
    pulled = PulledModel(name, str(path), path.stat().st_size, digest)
    _save_record({**pulled_models(), name: pulled})
    return pulled


def remove(name: str) -> bool:
    """Remove a model from the cache and from the record of downloads.

    Returns:
        Whether it was in the cache.
    """
    path = cached_file(name)
    if path is not None:
        path.resolve().unlink(missing_ok=True)  # names in the cache are links to the contents
        path.unlink(missing_ok=True)
    known = pulled_models()
    if known.pop(name, None):
        _save_record(known)
    return path is not None


def pulled_models() -> dict[str, PulledModel]:
    """The models that `pull` downloaded and that still exist, by name."""
    try:
        body = json.loads(_record_file().read_bytes())
        known = {name: PulledModel(**fields) for name, fields in body.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return {name: model for name, model in known.items() if os.path.isfile(model.path)}  # noqa: PTH113 - Path.is_file raises where a folder cannot be read


def pulled_paths() -> dict[str, Path]:
    """The files of `pulled_models`, by name."""
    return {name: Path(model.path) for name, model in pulled_models().items()}


def _record_file() -> Path:
    return paths.data_dir() / "pulled.json"


def _save_record(models: dict[str, PulledModel]) -> None:
    make_private_dir(_record_file().parent)
    body = {name: asdict(model) for name, model in models.items()}
    write_atomic(_record_file(), json.dumps(body, indent=1).encode())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _progress_class(on_progress: OnProgress) -> type[Any]:
    """A tqdm class for huggingface_hub that draws nothing and calls `on_progress` instead."""
    from tqdm import tqdm

    class Reporting(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": False, "file": _NullFile()})
            on_progress(int(self.n), int(self.total or 0))

        def update(self, n: float | None = 1) -> bool | None:
            updated: bool | None = super().update(n)
            on_progress(int(self.n), int(self.total or 0))
            return updated

    return Reporting


class _NullFile:
    """A text file that discards what is written to it."""

    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None:
        pass
