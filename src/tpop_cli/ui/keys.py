"""Single keys from the terminal, without Enter."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit.input import Input

_GLANCE = 0.05  # seconds between two looks at the keyboard, or at whether to stop looking


class KeyReader:
    """Reads keys from a terminal in raw mode; see `key_reader`."""

    def __init__(self, source: Input) -> None:
        self._source = source

    def wait_for(self, allowed: Container[str]) -> str | None:
        """Wait for one of the allowed keys; None on Ctrl-C, Ctrl-D or the end of input."""
        while True:
            _wait(self._source.fileno())
            for key in self._read():
                if key is None or key in allowed:
                    return key

    def _read(self) -> list[str | None]:
        """The keys that were pressed; None for Ctrl-C, Ctrl-D or the end of input."""
        from prompt_toolkit.keys import Keys

        presses = self._source.read_keys() + self._source.flush_keys()
        if not presses and self._source.closed:
            return [None]
        return [
            None if press.key in (Keys.ControlC, Keys.ControlD) else press.data for press in presses
        ]

    @contextmanager
    def watching(self, on_key: Callable[[str | None], None]) -> Iterator[None]:
        """While inside, keys are given to `on_key`, on a thread of its own, as they are pressed."""
        over = threading.Event()

        def watch() -> None:
            while not over.is_set():
                if _wait(self._source.fileno(), _GLANCE):
                    for key in self._read():
                        on_key(key)

        thread = threading.Thread(target=watch, name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


@contextmanager
def key_reader() -> Iterator[KeyReader]:
    """The terminal in raw mode. Enter it before a question is shown: then an early key counts, and so does Ctrl-C."""
    from prompt_toolkit.input import create_input

    source = create_input(sys.stdin)
    with source.raw_mode():
        yield KeyReader(source)


def _wait(descriptor: int, seconds: float | None = None) -> bool:
    """Wait for input, for so long or for ever; whether there may be some."""
    if sys.platform != "win32":
        import select

        return bool(select.select([descriptor], [], [], seconds)[0])
    import time

    time.sleep(_GLANCE)
    return True
