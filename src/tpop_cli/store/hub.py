"""Models from Hugging Face, through huggingface_hub.

Its cache, resumed downloads, tokens and offline mode work here as in every other program.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import BadDataError, NoInputError
from . import paths
from .files import make_private_dir, write_atomic
from .hub_cache import cached_file, cached_models
from .hub_errors import as_tpop_error
from .hub_names import choose_file, split_name, split_short_name
from .model_files import part_names

__all__ = [
    "OnProgress",
    "PulledModel",
    "cached_file",
    "cached_models",
    "file_name",
    "part_names",
    "pull",
    "pulled_models",
    "pulled_paths",
    "remove",
    "split_name",
]

OnProgress = Callable[[int, int], None]
"""Called with (bytes downloaded, bytes in total)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 22


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


def _import_hub() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError:
        raise NoInputError(
            "models from Hugging Face need the huggingface_hub package",
            "pip install huggingface_hub",
        ) from None
    return huggingface_hub


def file_name(name: str) -> str:
    """hf:ORG/REPO/FILE for a name, which may be hf:ORG/REPO or hf:ORG/REPO:QUANTIZATION.

    For the last two the server is asked which files the repository has.

    Raises:
        UsageError: the name has none of these forms.
        NoInputError: there is no such repository, or no file of it fits.
        TpopError, UnavailableError: as `pull`.
    """
    short = split_short_name(name)
    if short is None:
        split_name(name)
        return name
    repo, tag = short
    hub = _import_hub()
    try:
        files = _list_files(hub.HfApi(), repo)
    except Exception as error:
        raise as_tpop_error(name, repo, "", error) from None
    return f"hf:{repo}/{choose_file(repo, files, tag)}"


def _list_files(api: Any, repo: str) -> list[str]:
    """The files of a repository. The first request is the quick one: it is not tried again."""
    from huggingface_hub import errors

    try:
        siblings = api.model_info(repo).siblings
        if siblings:
            return [one.rfilename for one in siblings]
    except errors.GatedRepoError:
        raise
    except errors.HfHubHTTPError:
        pass  # some mirrors have the list of files alone
    return list(api.list_repo_files(repo))


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
