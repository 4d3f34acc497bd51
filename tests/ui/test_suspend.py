"""What is drawn around a suspension; `tests/cli/terminal/test_suspend.py` has it on a terminal."""

from __future__ import annotations

import io
import os
import re
import signal
import sys

import pytest
from rich.console import Console
from rich.live import Live

from tpop_cli.ui import suspend

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no SIGTSTP")


def test_a_view_is_erased_and_drawn_again_below_what_the_shell_wrote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, sent = io.StringIO(), []

    def kill(process: int, number: int) -> None:
        sent.append((process, number, file.tell()))
        assert signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL

    console = Console(file=file, force_terminal=True, width=40, height=20)
    monkeypatch.setattr(os, "kill", kill)
    before = signal.getsignal(signal.SIGTSTP)
    try:
        with (
            Live("one\ntwo\nthree", console=console, auto_refresh=False, transient=True) as live,
            suspend.drawn_again(live),
        ):
            live.refresh()
            drawn = file.tell()
            suspend._on_stop(signal.SIGTSTP, None)
            again = file.tell()
    finally:
        signal.signal(signal.SIGTSTP, before)
    ((process, number, stopped),) = sent
    assert (process, number) == (os.getpid(), signal.SIGTSTP)
    erased, redrawn = file.getvalue()[drawn:stopped], file.getvalue()[stopped:again]
    assert erased.count("\x1b[2K") >= 3 and "\x1b[?25h" in erased
    assert "one\ntwo\nthree" in redrawn
    assert not re.search(r"\x1b\[\d*A", redrawn)


def test_without_a_live_view_it_is_printed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr(os, "kill", lambda *_: printed.append("stopped"))
    before = signal.getsignal(signal.SIGTSTP)
    try:
        with suspend.drawn_again(redraw=lambda: printed.append("the view")):
            suspend._on_stop(signal.SIGTSTP, None)
        suspend._on_stop(signal.SIGTSTP, None)
    finally:
        signal.signal(signal.SIGTSTP, before)
    assert printed == ["stopped", "the view", "stopped"]
