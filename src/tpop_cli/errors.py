"""The errors that a user can meet, and the exit code of each.

    TpopError               1   the command failed
    ├── UsageError          2   the command was called wrongly
    ├── BadDataError       65   a file's content cannot be used
    ├── NoInputError       66   a file or model that was named is not there
    ├── UnavailableError   69   a server that was named does not answer, or went away
    ├── CannotCreateError  73   a file or folder cannot be created
    ├── StorageError       74   reading or writing failed
    ├── BusyError          75   somebody else holds the profile: try again
    ├── ConfigError        78   the configuration is wrong
    ├── ContextFullError    1   the conversation does not fit the context
    └── DecodeError         1   llama.cpp could not go on

The codes are those of BSD's sysexits.h, plus 128 + signal for a signal (130: Ctrl-C).
A message is one line without a final stop; the hint names the command that helps.
"""

from __future__ import annotations


class TpopError(Exception):
    """Root of the tree.

    Args:
        message: what is wrong, one line, no final stop.
        hint: the command or step that fixes it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TpopError):
    """The command was called wrongly: an unknown name, an impossible value."""

    exit_code = 2


class BadDataError(TpopError):
    """A file's content cannot be used: a broken model, a broken profile, bad JSON."""

    exit_code = 65


class NoInputError(TpopError):
    """A file, profile or model that was named is not there."""

    exit_code = 66


class UnavailableError(TpopError):
    """A server that was named does not answer, or went away."""

    exit_code = 69


class CannotCreateError(TpopError):
    """A file or folder cannot be created."""

    exit_code = 73


class StorageError(TpopError):
    """Reading or writing failed: a full disk, a read-only folder."""

    exit_code = 74


class BusyError(TpopError):
    """Another process holds the profile; trying again can work."""

    exit_code = 75


class ConfigError(TpopError):
    """config.toml or a TPOP_* variable holds something that is not understood."""

    exit_code = 78


class ContextFullError(TpopError):
    """The conversation and its answer do not fit the model's context."""


class DecodeError(TpopError):
    """llama.cpp could not go on decoding."""
