"""Reads single keys from the terminal, without Enter."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .suspend import suspend

if TYPE_CHECKING:
    from prompt_toolkit.input import Input

_POLL_SECONDS = 0.05  # between two checks of the keyboard, or of whether to stop


class KeyReader:
    """Reads keys from a terminal in raw mode; made by `key_reader`."""

    def __init__(self, source: Input) -> None:
        self._source = source

    def wait_for(self, allowed: Container[str]) -> str | None:
        """Wait for one of the allowed keys; None means Ctrl-C, Ctrl-D or the end of input."""
        while True:
            _wait(self._source.fileno())
            for key in self._read():
                if key is None or key in allowed:
                    return key

    def _read(self) -> list[str | None]:
        """The keys pressed since the last call; None for Ctrl-C, Ctrl-D or the end of input.

        Ctrl-Z suspends the program.
        """
        from prompt_toolkit.keys import Keys

        presses = self._source.read_keys() + self._source.flush_keys()
        if not presses and self._source.closed:
            return [None]
        if any(press.key == Keys.ControlZ for press in presses):
            suspend()
        return [
            None if press.key in (Keys.ControlC, Keys.ControlD) else press.data
            for press in presses
            if press.key != Keys.ControlZ
        ]

    @contextmanager
    def watching(self, on_key: Callable[[str | None], None]) -> Iterator[None]:
        """Inside the context, a thread calls `on_key` with every key as it is pressed."""
        stop = threading.Event()

        def watch() -> None:
            while not stop.is_set():
                if _wait(self._source.fileno(), _POLL_SECONDS):
                    for key in self._read():
                        on_key(key)

        thread = threading.Thread(target=watch, name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@contextmanager
def key_reader() -> Iterator[KeyReader]:
    """Put the terminal into raw mode and read its keys.

    Enter the context before the question is shown, so that early keys and Ctrl-C are not missed.
    """
    from prompt_toolkit.input import create_input

    source = create_input(sys.stdin)
    with source.raw_mode():
        yield KeyReader(source)


def _wait(descriptor: int, seconds: float | None = None) -> bool:
    """Wait until there may be input, at most `seconds`; False after a timeout."""
    if sys.platform != "win32":
        import select

        return bool(select.select([descriptor], [], [], seconds)[0])
    import time

    time.sleep(_POLL_SECONDS)
    return True
