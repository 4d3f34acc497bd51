"""Signals at every stage of `tpop ask` on a terminal: a quick end, the exit code, a clean state."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tpop_cli.store.profile import Profile

from ..cli.running import FOOTER, reset_signals, terminal
from ..store.example_picks import make_pick
from ..tiny import write_hollow_gguf
from .report import Figures
from .table import SIGNALS

STAGES = {
    # stage: (options, text on the screen, key to press, minimum duration of the stage in seconds)
    "starting": ([], "", "", 0.15),
    "loading": (["--no-mmap"], "loading", "", 0.2),
    "prefill": (["--ctx", "8192", "-n", "50"], "reading", "", 1.0),
    "decoding": (["-n", "2000"], "take the second", "", 1.0),
    "picking": (["-n", "5"], FOOTER, "", 0.3),
    "saving": (["-n", "5"], FOOTER, "1", 0.03),
}
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(scope="session")
def hollow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = write_hollow_gguf(tmp_path_factory.mktemp("hollow") / "hollow.gguf")
    yield path
    path.unlink()


@SIGNALS.shown
@pytest.mark.parametrize("number", CODES, ids=lambda number: signal.Signals(number).name)
@pytest.mark.parametrize("stage", STAGES)
def test_a_signal_at_any_stage_ends_the_command_cleanly(
    stage: str, number: signal.Signals, hollow: Path, starter_path: Path, figures: Figures
) -> None:
    options, text, key, seconds = STAGES[stage]
    rng = random.Random(f"{stage} {number}")
    model = str(hollow if stage == "loading" else starter_path)
    question = "The dog went home, and the cat stayed. " * (300 if stage == "prefill" else 1)
    for _ in range(SIGNALS.count):
        Profile("default").record(make_pick(1))
        n_picks = Profile("default").n_picks
        with terminal(
            "ask", question, "--ask", "always", "--model", model, *options, TPOP_THREADS="2"
        ) as tpop:
            if text:
                tpop.expect(text)
            if key:
                tpop.send(key)
            time.sleep(rng.uniform(0.0, seconds))
            start = time.monotonic()
            os.kill(tpop.pid, number)
            tpop.expect(pexpect.EOF)
            figures.add_time(stage, time.monotonic() - start)
            modes = termios.tcgetattr(tpop.child_fd)[3]
            output = (tpop.before or "") + (tpop.after if isinstance(tpop.after, str) else "")
            tpop.close()
        # The command may have finished before the signal, or not yet have reached tpop's code.
        finished = stage == "saving" and (tpop.exitstatus == 0 or tpop.signalstatus == number)
        not_started = stage == "starting" and tpop.signalstatus == number
        assert finished or not_started or tpop.exitstatus == CODES[number], (
            tpop.exitstatus,
            tpop.signalstatus,
            output[-2000:],
        )
        assert "Traceback" not in output or (not_started and "tpop_cli" not in output), output
        # The cursor is visible, and the terminal edits and echoes lines again.
        cursor = re.findall(r"\x1b\[\?25([lh])", output)
        assert not cursor or cursor[-1] == "h", output[-500:]
        assert modes & termios.ICANON and modes & termios.ECHO and modes & termios.ISIG
        # The lock is free and the state complete, with or without the pick.
        again = Profile("default")
        assert not again.notices
        assert again.n_picks in ((n_picks, n_picks + 1) if stage == "saving" else (n_picks,))
        with again.locked():
            pass


@SIGNALS.shown
@pytest.mark.parametrize("number", CODES, ids=lambda number: signal.Signals(number).name)
def test_a_signal_that_arrives_in_a_callback_is_not_lost(number: signal.Signals) -> None:
    """Python drops an exception raised in a callback of a weak reference; imports run many."""
    code = f"""
import signal, time, weakref
import tpop_cli.cli.app as app
from tpop_cli.__main__ import main
def command():
    class Thing: pass
    thing = Thing()
    watched = weakref.ref(thing, lambda _: (signal.raise_signal({int(number)}), list(range(1000))))
    del thing
    time.sleep(20)
app.app = command
main()
"""
    start = time.monotonic()
    command = [sys.executable, "-c", code, "x"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=reset_signals
    )
    assert done.returncode == CODES[number], done.stderr
    assert done.stderr == ""
    assert time.monotonic() - start < 5


@SIGNALS.shown
@pytest.mark.parametrize("number", CODES, ids=lambda number: signal.Signals(number).name)
def test_a_signal_that_arrives_in_a_class_statement_is_not_wrapped(number: signal.Signals) -> None:
    """Python 3.11 raises RuntimeError from what `__set_name__` raises; imports run many."""
    code = f"""
import signal
import tpop_cli.cli.app as app
from tpop_cli.__main__ import main
class Named:
    def __set_name__(self, owner, name):
        signal.raise_signal({int(number)})
        list(range(1000))
def command():
    class Thing:
        thing = Named()
app.app = command
main()
"""
    command = [sys.executable, "-c", code, "x"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=reset_signals
    )
    assert (done.returncode, done.stderr) == (CODES[number], "")


@SIGNALS.shown
def test_an_interrupt_of_the_first_import_leaves_no_traceback() -> None:
    code = """
import signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "tpop_cli.cli.std_streams":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
import tpop_cli.__main__
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=reset_signals
    )
    assert (done.returncode, done.stderr) == (CODES[signal.SIGINT], "")


@SIGNALS.shown
@pytest.mark.parametrize("number", CODES, ids=lambda number: signal.Signals(number).name)
def test_a_thread_that_does_not_end_does_not_hold_up_the_process(number: signal.Signals) -> None:
    """As a download's threads: Python waits for them before it exits."""
    code = f"""
import signal, threading, time
import tpop_cli.cli.app as app
from tpop_cli.__main__ import main
def command():
    threading.Thread(target=time.sleep, args=(20,)).start()
    print("the answer")
    signal.raise_signal({int(number)})
app.app = command
main()
"""
    start = time.monotonic()
    command = [sys.executable, "-c", code, "x"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, preexec_fn=reset_signals
    )
    assert (done.returncode, done.stdout, done.stderr) == (CODES[number], "the answer\n", "")
    assert time.monotonic() - start < 5


@SIGNALS.shown
def test_a_signal_that_is_ignored_at_the_start_stays_ignored(tiny_path: Path) -> None:
    """As under nohup, and as in the background jobs of a shell."""

    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    environment = {**os.environ, "TPOP_MODEL": str(tiny_path), "TPOP_THREADS": "1"}
    command = [sys.executable, "-m", "tpop_cli", "ask", "hello", "-n", "400", "--seed", "1"]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, preexec_fn=ignore, **streams) as process:  # type: ignore[call-overload]
        time.sleep(0.3)
        while process.poll() is None:
            os.kill(process.pid, signal.SIGHUP)
            os.kill(process.pid, signal.SIGINT)
            time.sleep(0.02)
        errors = process.stderr.read()
        assert process.stdout.read()
    assert (process.returncode, errors) == (0, b"")
