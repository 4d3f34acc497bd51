"""The errors a user can meet, and the exit code of each.

    TpopError               1   the command failed
    ├── UsageError          2   wrong usage: an unknown name or an impossible value
    ├── BadDataError       65   the content of a file cannot be used
    ├── NoInputError       66   a file, profile or model does not exist
    ├── UnavailableError   69   a server does not answer or closed the connection
    ├── CannotCreateError  73   a file or folder cannot be created
    ├── StorageError       74   reading or writing failed
    ├── BusyError          75   another process uses the profile: try again
    ├── ConfigError        78   the configuration is wrong
    ├── ContextFullError    1   the conversation does not fit the context
    └── DecodeError         1   llama.cpp cannot continue decoding

The codes follow BSD's sysexits.h. A process that a signal ends exits with 128 + the signal's
number (130 for Ctrl-C). A message is one line without a final stop; the hint says what to do.
"""

from __future__ import annotations


class TpopError(Exception):
    """Root of the tree.

    Args:
        message: what is wrong, in one line without a final stop.
        hint: the command or step that fixes it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TpopError):
    """Wrong usage of a command: an unknown name or an impossible value."""

    exit_code = 2


class BadDataError(TpopError):
    """The content of a file cannot be used: a broken model, a broken profile, invalid JSON."""

    exit_code = 65


class NoInputError(TpopError):
    """A file, profile or model does not exist."""

    exit_code = 66


class UnavailableError(TpopError):
    """A server does not answer or closed the connection."""

    exit_code = 69


class CannotCreateError(TpopError):
    """A file or folder cannot be created."""

    exit_code = 73


class StorageError(TpopError):
    """Reading or writing failed: a full disk, a read-only folder."""

    exit_code = 74


class BusyError(TpopError):
    """Another process uses the profile; trying again can work."""

    exit_code = 75


class ConfigError(TpopError):
    """The file config.toml or a TPOP_* variable holds an invalid value."""

    exit_code = 78


class ContextFullError(TpopError):
    """The conversation and its answer do not fit the model's context."""


class DecodeError(TpopError):
    """llama.cpp cannot continue decoding."""
