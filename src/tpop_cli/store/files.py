"""Writing files so that a crash leaves the old one or the new one, and only their owner can read them."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from filelock import FileLock, Timeout

from ..errors import BadDataError, BusyError, CannotCreateError, StorageError

_STALE_SECONDS = 3600.0
_REPLACE_TRIES = 20
_WINDOWS = os.name == "nt"


def make_private_dir(path: Path) -> None:
    """Create a folder, and its parents, that only the user can enter.

    Raises:
        CannotCreateError: it cannot be created.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(
            missing
        ):  # mkdir(parents=True) would leave the mode of parents to the umask
            folder.mkdir(mode=0o700, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as error:
        raise CannotCreateError(
            f"cannot create the folder {path}: {error.strerror}",
            "set TPOP_HOME to a folder you can write to",
        ) from None


def write_atomic(path: Path, data: bytes, *, backup: bool = False) -> None:
    """Replace a file in one step: temporary file, fsync, rename, fsync of the folder; mode 0600.

    Args:
        path: the file; its folder must exist.
        data: the new content.
        backup: keep the old content as `<name>.bak`.

    Raises:
        StorageError: nothing was changed.
    """
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
        )
        with os.fdopen(descriptor, "wb") as file:  # mkstemp makes it 0600
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if backup and path.exists():
            _replace_by_link(path, path.with_name(path.name + ".bak"))
        _replace(temporary, path)
        temporary = None
        _sync_dir(path.parent)
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}",
            "free some space or check the folder's permissions",
        ) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def append_line(path: Path, line: bytes) -> int:
    """Append one line to a log of mode 0600 and sync it; returns the new length in bytes.

    A torn last line, left by a crash, is cut off first; an append that fails is undone.

    Raises:
        StorageError: the log is as it was.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            end = end_of_whole_lines(cast("BinaryIO", file))
            file.truncate(end)
            file.seek(end)
            try:
                file.write(line.rstrip(b"\n") + b"\n")
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(descriptor, end)
                raise
            return file.tell()
    except OSError as error:
        raise StorageError(
            f"cannot write {path}: {error.strerror}",
            "free some space or check the folder's permissions",
        ) from None


def end_of_whole_lines(file: BinaryIO) -> int:
    """The offset behind the last newline."""
    end: int = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 65536)
        file.seek(start)
        at = file.read(end - start).rfind(b"\n")
        if at >= 0:
            return start + int(at) + 1
        end = start
    return 0


def read_bounded(path: Path, limit: int) -> bytes:
    """A file's content, refused when it is longer than `limit` bytes.

    Raises:
        FileNotFoundError: there is no such file.
        BadDataError: too long, or not a regular file.
        StorageError: it cannot be read.
    """
    try:
        if not path.is_file():
            if path.exists() or path.is_symlink():
                raise BadDataError(f"{path} is not a regular file")
            raise FileNotFoundError(path)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(
            f"cannot read {path}: {error.strerror}", "check its permissions"
        ) from None
    if len(data) > limit:
        raise BadDataError(f"{path} is longer than {limit} bytes")
    return data


def strict_json(data: bytes) -> Any:
    """Parse JSON without NaN, Infinity or duplicate keys.

    Raises:
        BadDataError: it is not such JSON.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is not a number of JSON")

    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=unique, parse_constant=no_constant
        )
    except (ValueError, RecursionError) as error:
        raise BadDataError(f"not valid JSON: {error}") from None


def seal(state: dict[str, Any]) -> bytes:
    """A JSON object in one line, with a checksum of its body as the first key. No NaN, no Infinity."""
    body = json.dumps(state, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f'{{"sha256":"{digest}",{body[1:]}\n'.encode()


def unseal(data: bytes) -> dict[str, Any]:
    """What `seal` wrote.

    Raises:
        BadDataError: it is no JSON object, or its checksum does not fit.
    """
    state = strict_json(data)
    if not isinstance(state, dict) or not isinstance(state.get("schema"), int):
        raise BadDataError("it is no state of tpop's")
    digest = state.pop("sha256", None)
    body = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    if digest != hashlib.sha256(body.encode("utf-8", "replace")).hexdigest():
        raise BadDataError("its checksum does not fit")
    return state


@contextmanager
def hold(path: Path, seconds: float, what: str) -> Iterator[None]:
    """Hold a lock file, which is never removed.

    Args:
        path: the file; its folder must exist.
        seconds: how long to wait for whoever holds it.
        what: it locks, in words.

    Raises:
        BusyError: somebody holds it for longer.
        StorageError: it cannot be used.
    """
    lock = FileLock(path, timeout=seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            f"{what} is in use by another process", "wait for it to finish and try again"
        ) from None
    except OSError as error:
        raise StorageError(f"cannot lock {what}: {error.strerror}", f"see {path}") from None
    try:
        yield
    finally:
        lock.release()


def sweep_temporaries(folder: Path) -> None:
    """Remove temporary files that a killed process left behind an hour ago or more."""
    for path in folder.glob(".*.tmp"):
        try:
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        except OSError:
            continue  # somebody else swept it


def _replace(source: str | Path, target: Path) -> None:
    """Rename over the target; tried again for a while on Windows, where a reader of the target makes it fail."""
    for attempt in range(_REPLACE_TRIES):
        try:
            Path(source).replace(target)
            return
        except PermissionError:
            if not _WINDOWS or attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(0.05)


def _replace_by_link(path: Path, backup: Path) -> None:
    """Keep the present content as `backup` without a moment in which `path` is missing."""
    link = backup.with_name(f".{backup.name}.{os.getpid()}.tmp")
    link.unlink(missing_ok=True)
    try:
        os.link(path, link)
    except OSError:  # a file system without hard links
        link.write_bytes(path.read_bytes())
        link.chmod(0o600)
    _replace(link, backup)
    link.unlink(
        missing_ok=True
    )  # after a crash both may be one file already, and then renaming does nothing


def _sync_dir(folder: Path) -> None:
    if _WINDOWS:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
