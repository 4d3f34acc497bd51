"""I/O errors for the user: what failed, and a hint that fits the cause."""

from __future__ import annotations

import errno
from collections.abc import Callable

from ..errors import StorageError, TpopError


def _known(*names: str) -> frozenset[int]:
    """The numbers of the error names that this platform has."""
    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


_NO_SPACE = _known("ENOSPC", "EDQUOT", "EFBIG")
_NOT_ALLOWED = _known("EACCES", "EPERM")
_READ_ONLY = _known("EROFS")
_MISSING = _known("ENOENT", "ENOTDIR", "ENXIO", "ESTALE")


def reason_of(error: OSError) -> str:
    """The reason of an OSError in words; some of them carry no `strerror`."""
    return error.strerror or str(error) or type(error).__name__


def hint_for(error: OSError) -> str:
    """What the user can do about an OSError."""
    if error.errno in _NO_SPACE:
        return "free some space"
    if error.errno in _NOT_ALLOWED:
        return "check its permissions"
    if error.errno in _READ_ONLY:
        return "set TPOP_HOME to a folder you can write to"
    if error.errno in _MISSING:
        return "check that its folder exists"
    return "check the disk or network folder that holds it, and try again"


def storage_error(
    what: str, error: OSError, kind: Callable[[str, str], TpopError] = StorageError
) -> TpopError:
    """The error for the user, such as "cannot write PATH: No space left on device".

    Args:
        what: what failed, such as "cannot write PATH".
        error: why.
        kind: the class of the error.
    """
    return kind(f"{what}: {reason_of(error)}", hint_for(error))
