"""Models from Hugging Face, through huggingface_hub: its cache, its resuming, its settings (offline, tokens)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import BadDataError, NoInputError, TpopError, UnavailableError, UsageError
from . import paths
from .files import make_private_dir, write_atomic

OnProgress = Callable[[int, int], None]
"""Called with (bytes there, bytes in all)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 22

SUGGESTED = (
    (1, "hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF/qwen2.5-0.5b-instruct-q4_k_m.gguf"),
    (2, "hf:Qwen/Qwen2.5-1.5B-Instruct-GGUF/qwen2.5-1.5b-instruct-q4_k_m.gguf"),
    (4, "hf:Qwen/Qwen2.5-3B-Instruct-GGUF/qwen2.5-3b-instruct-q4_k_m.gguf"),
    (8, "hf:bartowski/Meta-Llama-3.1-8B-Instruct-GGUF/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf"),
    (16, "hf:bartowski/Qwen2.5-14B-Instruct-GGUF/Qwen2.5-14B-Instruct-Q4_K_M.gguf"),
)
"""(gigabytes of free memory, a model that is at home there)."""


@dataclass(frozen=True)
class Pulled:
    """A model that was fetched.

    Args:
        name: hf:ORG/REPO/FILE.
        path: its file.
        size: in bytes.
        sha256: of the whole file, as it is on the disk.
    """

    name: str
    path: str
    size: int
    sha256: str


def parts_of(name: str) -> tuple[str, str]:
    """(ORG/REPO, FILE) of hf:ORG/REPO/FILE. Raises UsageError if it is not of that form."""
    parts = name.removeprefix("hf:").split("/", 2)
    if len(parts) != 3 or not all(parts):
        raise UsageError(f"{name} does not name a file", "write hf:ORG/REPO/FILE.gguf")
    return f"{parts[0]}/{parts[1]}", parts[2]


def _hub() -> ModuleType:
    try:
        import huggingface_hub
    except ImportError:
        raise NoInputError(
            "models from Hugging Face need the huggingface_hub package",
            "pip install huggingface_hub",
        ) from None
    return huggingface_hub


def cached(name: str) -> Path | None:
    """The file in huggingface_hub's cache, if it is there. Never touches the network."""
    repo, file = parts_of(name)
    found = _hub().try_to_load_from_cache(repo, file)
    return Path(found) if isinstance(found, str) else None


def pull(name: str, on_progress: OnProgress = lambda _done, _total: None) -> Pulled:
    """Fetch a file, check it, remember it. huggingface_hub goes on by itself where a line went dead.

    Raises:
        NoInputError: there is no such repository or file.
        TpopError: it is gated and access was not granted.
        UnavailableError: the network is away, or offline was asked for.
        BadDataError: what came is not what the server announced; it is removed.
    """
    hub = _hub()
    repo, file = parts_of(name)
    try:
        announced = hub.get_hf_file_metadata(hub.hf_hub_url(repo, file)).etag or ""
        path = Path(hub.hf_hub_download(repo, file, tqdm_class=_progress_class(on_progress)))
    except Exception as error:
        raise _explained(name, error) from None
    digest = _sha256(path)
    if _SHA256.fullmatch(announced) and digest != announced:
        remove(name)
        raise BadDataError(
            f"{name} arrived damaged and was removed", f"fetch it again: tpop models pull {name}"
        )
    pulled = Pulled(name, str(path), path.stat().st_size, digest)
    _remember({**pulled_models(), name: pulled})
    return pulled


def remove(name: str) -> bool:
    """Remove a file from the cache, and what is remembered of it; whether it was there."""
    path = cached(name)
    if path is not None:
        path.resolve().unlink(missing_ok=True)  # the cache keeps contents apart from names
        path.unlink(missing_ok=True)
    known = pulled_models()
    if known.pop(name, None):
        _remember(known)
    return path is not None


def pulled_models() -> dict[str, Pulled]:
    """The models that were fetched with `pull` and are still there, by name."""
    try:
        body = json.loads(_record().read_bytes())
        known = {name: Pulled(**one) for name, one in body.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
    return {name: one for name, one in known.items() if Path(one.path).exists()}


def _record() -> Path:
    return paths.data_dir() / "pulled.json"


def _remember(models: dict[str, Pulled]) -> None:
    make_private_dir(_record().parent)
    body = {name: asdict(one) for name, one in models.items()}
    write_atomic(_record(), json.dumps(body, indent=1).encode())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _progress_class(on_progress: OnProgress) -> type[Any]:
    """A progress bar in huggingface_hub's terms that only passes on what it is told."""
    from tqdm import tqdm

    class Silent(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": False, "file": _Nowhere()})
            on_progress(int(self.n), int(self.total or 0))

        def update(self, n: float | None = 1) -> bool | None:
            updated: bool | None = super().update(n)
            on_progress(int(self.n), int(self.total or 0))
            return updated

    return Silent


class _Nowhere:
    """A file that forgets what is written to it."""

    def write(self, _: str) -> int:
        return 0

    def flush(self) -> None:
        pass


def _explained(name: str, error: Exception) -> TpopError:
    """What went wrong, and what helps."""
    from huggingface_hub import errors

    repo, file = parts_of(name)
    said = str(error).strip().splitlines()
    reason = said[0] if said else type(error).__name__
    if isinstance(error, errors.GatedRepoError):
        return TpopError(
            f"{repo} is gated: its owner asks you to agree to terms first",
            "agree on the model's page, then: hf auth login",
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return NoInputError(
            f"there is no repository {repo}, or it is private", "check the name, or: hf auth login"
        )
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return NoInputError(
            f"{repo} holds no file {file}", "check the file's name on the model's page"
        )
    if isinstance(error, errors.OfflineModeIsEnabled):
        return UnavailableError(
            f"{name} is not here, and HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE"
        )
    if isinstance(error, errors.HFValidationError):
        return UsageError(f"{name} does not name a file: {reason}", "write hf:ORG/REPO/FILE.gguf")
    # What is left is trouble of the network, of the server or of the disk.
    return UnavailableError(f"cannot get {name}: {reason}", "check the network, then try again")
