"""Lock files, which let one process at a time change something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import BusyError
from .files import make_private_dir
from .io_errors import storage_error

LOCK_SECONDS = 5.0


@contextmanager
def file_lock(path: Path, timeout: float, subject: str) -> Iterator[None]:
    """Hold a lock file for the duration of a `with` block. The file is never removed.

    Args:
        path: the lock file; its folder must exist.
        timeout: seconds to wait while another process holds the lock.
        subject: what the lock protects, for error messages.

    Raises:
        BusyError: another process still holds the lock after `timeout`.
        StorageError: the lock file cannot be used.
    """
    lock = FileLock(path, timeout=timeout, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(
            f"{subject} is in use by another process", "wait for it to finish and try again"
        ) from None
    except OSError as error:
        raise storage_error(f"cannot lock {subject} ({path})", error) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def profile_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a profile for the duration of a `with` block.

    The lock file lies beside the profiles' folders, so that a folder can be renamed or deleted
    while it is locked.

    Args:
        folder: the profile's folder; it need not exist.

    Raises:
        BusyError: another process holds the lock for longer than `LOCK_SECONDS`.
        CannotCreateError, StorageError: the lock file cannot be used.
    """
    locks = folder.parent / ".locks"
    make_private_dir(locks)
    with file_lock(locks / f"{folder.name}.lock", LOCK_SECONDS, f"profile {folder.name}"):
        yield
