"""Files that survive a crash and that only their owner can read.

A write replaces a file as a whole or leaves the old one; an append adds a whole line or nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import BadDataError, CannotCreateError
from .io_errors import reason_of, storage_error

_STALE_SECONDS = 3600.0
_REPLACE_ATTEMPTS = 20
_REPLACE_PAUSE = 0.05  # seconds between attempts
_BLOCK = 1 << 16  # bytes read at a time when looking for the last newline
_WINDOWS = os.name == "nt"
_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""What fsync says on file systems that cannot sync; a disk that fails says EIO."""


def make_private_dir(path: Path) -> None:
    """Create a folder and its missing parents, with mode 0700.

    Raises:
        CannotCreateError: the folder cannot be created, or a file has its name.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        # mkdir(parents=True) would leave the mode of the parents to the umask.
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except OSError as error:
        raise CannotCreateError(
            f"cannot create the folder {path}: {reason_of(error)}",
            "set TPOP_HOME to a folder you can write to",
        ) from None


def write_atomic(path: Path, data: bytes, *, backup: bool = False) -> None:
    """Replace a file atomically: temporary file, fsync, rename, fsync of the folder. Mode 0600.

    Args:
        path: the file; its folder must exist.
        data: the new content.
        backup: keep the old content as `<name>.bak`.

    Raises:
        StorageError: writing failed; nothing has changed.
    """
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
        )
        with os.fdopen(descriptor, "wb") as file:  # mkstemp created it with mode 0600
            file.write(data)
            file.flush()
            sync_file(file.fileno())
        if backup and path.exists():
            _keep_backup(path, path.with_name(path.name + ".bak"))
        _replace(temporary, path)
        temporary = None
        _sync_dir(path.parent)
    except OSError as error:
        raise storage_error(f"cannot write {path}", error) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def append_line(path: Path, line: bytes) -> int:
    """Append one line to a log and sync it. A new log has mode 0600.

    An incomplete last line, left by a crash, is removed first. An append that fails or is
    interrupted is undone.

    Returns:
        The new length of the log, in bytes.

    Raises:
        StorageError: writing failed; the complete lines of the log are unchanged.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        # Unbuffered: closing a buffered file would write the line after all.
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            end = end_of_last_line(cast("BinaryIO", file))
            file.truncate(end)
            file.seek(end)
            try:
                rest = memoryview(line.rstrip(b"\n") + b"\n")
                while rest:
                    rest = rest[file.write(rest) :]
                sync_file(descriptor)
            except BaseException:  # an interrupt, too, leaves no line
                os.ftruncate(descriptor, end)
                raise
            return file.tell()
    except OSError as error:
        raise storage_error(f"cannot write {path}", error) from None


def end_of_last_line(file: BinaryIO) -> int:
    """Offset after the last newline, that is, after the last complete line; 0 if there is none."""
    end: int = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - _BLOCK)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + int(newline) + 1
        end = start
    return 0


def read_bounded(path: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes.

    Raises:
        FileNotFoundError: the file does not exist.
        BadDataError: it is longer than `limit`, or not a regular file.
        StorageError: reading failed.
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
        raise storage_error(f"cannot read {path}", error) from None
    if len(data) > limit:
        raise BadDataError(f"{path} is longer than {limit} bytes")
    return data


def strict_json(data: bytes) -> Any:
    """Parse JSON, rejecting NaN, Infinity and duplicate keys.

    Raises:
        BadDataError: the data is not valid JSON.
    """

    def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        parsed = dict(pairs)
        if len(parsed) != len(pairs):
            raise ValueError("duplicate key")
        return parsed

    def reject_constant(name: str) -> Any:
        raise ValueError(f"{name} is not a JSON number")

    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=unique_keys, parse_constant=reject_constant
        )
    except (ValueError, RecursionError) as error:
        raise BadDataError(f"not valid JSON: {error}") from None


def encode_checksummed(content: dict[str, Any]) -> bytes:
    """Encode an object as one line of JSON, with the SHA-256 of the rest as its first key.

    Raises:
        ValueError: the object holds NaN or Infinity.

    >>> decode_checksummed(encode_checksummed({"schema": 1, "picks": 3}))
    {'schema': 1, 'picks': 3}
    """
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f'{{"sha256":"{digest}",{body[1:]}\n'.encode()


def decode_checksummed(data: bytes) -> dict[str, Any]:
    """Decode and verify what `encode_checksummed` wrote.

    Raises:
        BadDataError: not a JSON object with a `schema` number, or the checksum is wrong.
    """
    content = strict_json(data)
    if not isinstance(content, dict) or not isinstance(content.get("schema"), int):
        raise BadDataError("not a tpop state file")
    digest = content.pop("sha256", None)
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    if digest != hashlib.sha256(body.encode("utf-8", "replace")).hexdigest():
        raise BadDataError("wrong checksum")
    return content


def move_folder(source: Path, target: Path) -> None:
    """Rename a folder, in one step: there is never a part of it under either name.

    Where the target is on another disk, the folder is copied first, and is then renamed out of the
    way and removed.

    Raises:
        OSError: it cannot be moved; the folder is unchanged.
    """
    try:
        _replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        gone = source.with_name(f".{source.name}.{os.getpid()}.moved")
        try:
            shutil.copytree(source, target)
            _replace(source, gone)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        shutil.rmtree(gone, ignore_errors=True)
    for folder in {source.parent, target.parent}:
        _sync_dir(folder)


def remove_stale_temporaries(folder: Path) -> None:
    """Remove temporary files older than an hour: a killed process left them."""
    for path in folder.glob(".*.tmp"):
        try:
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        except OSError:
            continue  # another process removed it first


def _replace(source: str | Path, target: Path) -> None:
    """Rename over the target.

    On Windows this fails while another process reads the target, so it is retried for a second.
    """
    for attempt in range(_REPLACE_ATTEMPTS):
        try:
            Path(source).replace(target)
            return
        except PermissionError:
            if not _WINDOWS or attempt == _REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(_REPLACE_PAUSE)


def _keep_backup(path: Path, backup: Path) -> None:
    """Save the current content as `backup`; `path` exists at every moment."""
    link = backup.with_name(f".{backup.name}.{os.getpid()}.tmp")
    link.unlink(missing_ok=True)
    try:
        os.link(path, link)
    except OSError:  # a file system without hard links
        link.write_bytes(path.read_bytes())
        link.chmod(0o600)
    _replace(link, backup)
    # After a crash `path` and `backup` may be the same file. Renaming `link` then does nothing.
    link.unlink(missing_ok=True)


def sync_file(descriptor: int) -> None:
    """Write a file to the disk, where its file system can; some network folders cannot."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise


def _sync_dir(folder: Path) -> None:
    """Write a folder's entries to the disk, where its file system can."""
    if _WINDOWS:
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # it can be written, but not listed
        return
    try:
        sync_file(descriptor)
    except PermissionError:  # some network folders refuse it
        pass
    finally:
        os.close(descriptor)
