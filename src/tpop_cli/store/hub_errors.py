"""What the errors of huggingface_hub mean for a user."""

from __future__ import annotations

import errno

from ..errors import NoInputError, StorageError, TpopError, UnavailableError, UsageError

_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


def as_tpop_error(name: str, repo: str, file: str, error: Exception) -> TpopError:
    """The error to raise in place of one that huggingface_hub raised.

    Args:
        name: hf:ORG/REPO/FILE.
        repo, file: the two parts of the name.
        error: the error that huggingface_hub raised.
    """
    from huggingface_hub import errors

    lines = str(error).strip().splitlines()
    reason = lines[0] if lines else type(error).__name__
    known: list[tuple[type[Exception] | tuple[type[Exception], ...], TpopError]] = [
        (
            errors.GatedRepoError,
            TpopError(
                f"{repo} is gated: its owner asks you to accept terms first",
                "accept them on the model's page, then: hf auth login",
            ),
        ),
        (
            errors.RepositoryNotFoundError,
            NoInputError(
                f"there is no repository {repo}, or it is private",
                "check the name, or: hf auth login",
            ),
        ),
        (
            (errors.RemoteEntryNotFoundError, errors.RevisionNotFoundError),
            NoInputError(
                f"{repo} has no file {file}" if file else f"{repo} has no list of files",
                "check the file's name on the model's page",
            ),
        ),
        (
            errors.OfflineModeIsEnabled,
            UnavailableError(
                f"{name} is not downloaded, and HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE"
            ),
        ),
        (
            errors.HfHubHTTPError,
            UnavailableError(f"cannot download {name}: {reason}", "try again later"),
        ),
    ]
    for kind, meaning in known:
        if isinstance(error, kind):
            return meaning
    if isinstance(error, ValueError):
        return UsageError(f"{name} does not name a file: {reason}", "write hf:ORG/REPO/FILE.gguf")
    if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
        return StorageError(
            f"cannot save {name}: {error.strerror}", "check the folder of HF_HOME and its disk"
        )
    return UnavailableError(  # the network, or the server
        f"cannot download {name}: {reason}", "check the network, then try again"
    )
