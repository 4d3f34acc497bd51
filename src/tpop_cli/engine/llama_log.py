"""Receives llama.cpp's log: forwards each line to a listener and keeps the errors.

Importing this module installs the log callback, so nothing is printed to stderr.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import llama_cpp.llama_cpp as llama

_ERROR, _CONTINUED = 4, 5  # enum ggml_log_level; _CONTINUED: the message goes on with this piece
_MAX_LENGTH = 300


class _Log:
    """llama.cpp's log callback. A process has one."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.listener: Callable[[str], None] | None = None
        self._line, self._level = "", 0
        self._callback = llama.llama_log_callback(self._receive)  # llama.cpp keeps a pointer to it
        llama.llama_log_set(self._callback, ctypes.c_void_p(0))

    def _receive(self, level: int, text: bytes, _data: object) -> None:
        """Take a piece of a line. Any thread may call this, and it must not raise."""
        if level != _CONTINUED:
            self._level = level
        *lines, self._line = (self._line + text.decode("utf-8", "replace")).split("\n")
        for line in lines:
            if self._level == _ERROR and line:
                self.errors.append(line)
            if self.listener:
                self.listener(line)


_log = _Log()


def listen(listener: Callable[[str], None] | None) -> None:
    """Forward log lines to `listener` from now on (None: to no one) and forget earlier errors."""
    _log.listener = listener
    _log.errors.clear()


def first_error() -> str:
    """The first error logged since `listen`, without function names; empty if there is none.

    The first error names the cause; later ones only say what failed because of it.

    >>> _without_function_names("llama_model_load: error loading model: unknown architecture: 'x'")
    "unknown architecture: 'x'"
    """
    return _without_function_names(_log.errors[0])[:_MAX_LENGTH] if _log.errors else ""


def _without_function_names(line: str) -> str:
    parts = line.split(": ")
    while len(parts) > 1 and (" " not in parts[0].strip() or parts[0].startswith("error loading")):
        parts.pop(0)
    return ": ".join(parts).strip()
