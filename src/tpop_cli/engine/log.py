"""What llama.cpp logs: passed on line by line where somebody listens, and its errors kept to name what went wrong."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import llama_cpp.llama_cpp as llama

_ERROR, _GOES_ON = 4, 5  # enum ggml_log_level
_LONGEST = 300


class _Log:
    """llama.cpp's log has one listener in a process."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.listener: Callable[[str], None] | None = None
        self._line, self._level = "", 0
        self._callback = llama.llama_log_callback(self._take)  # llama.cpp keeps a pointer to it
        llama.llama_log_set(self._callback, ctypes.c_void_p(0))

    def _take(self, level: int, text: bytes, _data: object) -> None:
        """A piece of a line; may come from any thread, and must not raise."""
        if level != _GOES_ON:
            self._level = level
        *lines, self._line = (self._line + text.decode("utf-8", "replace")).split("\n")
        for line in lines:
            if self._level == _ERROR and line:
                self.errors.append(line)
            if self.listener:
                self.listener(line)


_log = _Log()


def listen(listener: Callable[[str], None] | None) -> None:
    """Give the lines that come from now on to `listener`, and forget the errors so far. None: to nobody."""
    _log.listener = listener
    _log.errors.clear()


def reason() -> str:
    """What llama.cpp's first error since `listen` says, without the names of its functions; empty if there is none.

    >>> _without_names("llama_model_load: error loading model: unknown model architecture: 'x'")
    "unknown model architecture: 'x'"
    """
    return _without_names(_log.errors[0])[:_LONGEST] if _log.errors else ""


def _without_names(line: str) -> str:
    parts = line.split(": ")
    while len(parts) > 1 and (" " not in parts[0].strip() or parts[0].startswith("error loading")):
        parts.pop(0)
    return ": ".join(parts).strip()
