"""Ctrl-Z: the shell gets its terminal back in order, and `fg` draws the view again."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.live import Live

_SHOW_CURSOR = "\x1b[?25h"

_shell_modes: list[Any] | None = None  # the terminal's modes when the program started
_live: Live | None = None  # the view on the screen
_redraw: Callable[[], None] | None = None  # draws a view that is not live


def handle_suspension() -> None:
    """Handle SIGTSTP, which the terminal sends on Ctrl-Z, unless it is ignored."""
    global _shell_modes  # noqa: PLW0603 - the process has one terminal
    if sys.platform != "win32" and signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL:
        _shell_modes = _modes()
        signal.signal(signal.SIGTSTP, _on_stop)


def suspend() -> None:
    """Suspend the job, as the terminal does on Ctrl-Z. In raw mode Ctrl-Z is a key like others."""
    if sys.platform != "win32":
        os.kill(0, signal.SIGTSTP)


@contextmanager
def drawn_again(
    live: Live | None = None, redraw: Callable[[], None] | None = None
) -> Iterator[None]:
    """Say what is on the screen inside the block: a live view, or one that `redraw` prints."""
    global _live, _redraw
    before = _live, _redraw
    _live, _redraw = live, redraw
    try:
        yield
    finally:
        _live, _redraw = before


def _on_stop(number: int, _frame: FrameType | None) -> None:
    """Restore the terminal, stop, and after SIGCONT go on as before."""
    modes, live = _modes(), _live if _live is not None and _live.is_started else None
    overflow = live.vertical_overflow if live else None
    if live:
        live.stop()  # erases it, and shows the cursor
    elif sys.stderr.isatty():
        sys.stderr.write(_SHOW_CURSOR)
        sys.stderr.flush()
    _set_modes(_shell_modes)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)  # the process stops here, and `fg` continues it here
    signal.signal(number, _on_stop)
    _set_modes(modes)
    if live and overflow:
        live.vertical_overflow = overflow
        # Rich would draw over as many lines as the view had, which are now the shell's.
        live._live_render._shape = None
        live.start(refresh=True)
    elif _redraw:
        _redraw()


def _modes() -> list[Any] | None:
    """The modes of the terminal; None without one."""
    if sys.platform == "win32":
        return None
    import termios

    with suppress(termios.error, ValueError, OSError):
        return termios.tcgetattr(sys.stdin.fileno())
    return None


def _set_modes(modes: list[Any] | None) -> None:
    if sys.platform == "win32" or modes is None:
        return
    import termios

    with suppress(termios.error, ValueError, OSError):
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, modes)
