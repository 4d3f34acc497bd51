"""An I/O error says what failed, and its hint fits the cause."""

from __future__ import annotations

import errno
import os
import shutil

import pytest

from tpop_cli.errors import CannotCreateError, StorageError
from tpop_cli.store.io_errors import storage_error


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EDQUOT, "free some space"),
        (errno.EFBIG, "free some space"),
        (errno.EACCES, "check its permissions"),
        (errno.EPERM, "check its permissions"),
        (errno.EROFS, "set TPOP_HOME to a folder you can write to"),
        (errno.ENOENT, "check that its folder exists"),
        (errno.EIO, "check the disk or network folder that holds it, and try again"),
        (errno.EINVAL, "check the disk or network folder that holds it, and try again"),
    ],
)
def test_space_and_permissions_are_named_only_where_they_are_the_cause(
    number: int, hint: str
) -> None:
    error = storage_error("cannot write x", OSError(number, os.strerror(number)))
    assert isinstance(error, StorageError)
    assert (error.message, error.hint) == (f"cannot write x: {os.strerror(number)}", hint)


def test_an_error_without_a_number_has_a_reason() -> None:
    error = storage_error("cannot copy x", shutil.Error("half of it"), CannotCreateError)
    assert error.message == "cannot copy x: half of it"
    assert type(error) is CannotCreateError
    assert storage_error("cannot copy x", OSError()).message == "cannot copy x: OSError"
