"""Single keys from the terminal, without Enter."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit.input import Input


class KeyReader:
    """Reads keys from a terminal in raw mode; see `key_reader`."""

    def __init__(self, source: Input) -> None:
        self._source = source

    def wait_for(self, allowed: Container[str]) -> str | None:
        """Wait for one of the allowed keys; None on Ctrl-C, Ctrl-D or the end of input."""
        from prompt_toolkit.keys import Keys

        while True:
            _wait(self._source.fileno())
            presses = self._source.read_keys() + self._source.flush_keys()
            if not presses and self._source.closed:
                return None
            for press in presses:
                if press.key in (Keys.ControlC, Keys.ControlD):
                    return None
                if press.data in allowed:
                    return press.data


@contextmanager
def key_reader() -> Iterator[KeyReader]:
    """The terminal in raw mode. Enter it before a question is shown: then an early key counts, and so does Ctrl-C."""
    from prompt_toolkit.input import create_input

    source = create_input(sys.stdin)
    with source.raw_mode():
        yield KeyReader(source)


def _wait(descriptor: int) -> None:
    if sys.platform != "win32":
        import select

        select.select([descriptor], [], [])
    else:
        import time

        time.sleep(0.02)
