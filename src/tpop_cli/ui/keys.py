"""Single keys from the terminal, without Enter."""

from __future__ import annotations

import sys
from collections.abc import Container


def read_key(allowed: Container[str]) -> str | None:
    """Wait for one of the allowed keys; None on Ctrl-C, Ctrl-D or the end of input."""
    from prompt_toolkit.input import create_input
    from prompt_toolkit.keys import Keys

    source = create_input(sys.stdin)
    with source.raw_mode():
        while True:
            _wait(source.fileno())
            presses = source.read_keys() + source.flush_keys()
            if not presses and source.closed:
                return None
            for press in presses:
                if press.key in (Keys.ControlC, Keys.ControlD):
                    return None
                if press.data in allowed:
                    return press.data


def _wait(descriptor: int) -> None:
    if sys.platform != "win32":
        import select

        select.select([descriptor], [], [])
    else:
        import time

        time.sleep(0.02)
