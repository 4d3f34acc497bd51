"""Which errors are stdout's, and what happens to those of other streams and files."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..faults.table import PIPES
from .running import TPOP, reset_signals

NO_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")


def run_command(body: str, **streams: object) -> subprocess.CompletedProcess[str]:
    """Run tpop with one command, whose body is given, in place of its own."""
    code = f"""
import os, sys
import tpop_cli.cli.app as app
from tpop_cli.cli.process import command
from tpop_cli.cli.console import note, stdout_console, write_answer
from tpop_cli.__main__ import main
@command
def one():
    {body}
app.app = one
main()
"""
    options: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run([sys.executable, "-c", code, "x"], text=True, check=False, **options)  # type: ignore[call-overload]


WRITES = {
    "an answer": "write_answer('x')",
    "a table": "stdout_console().print('x')",
    "bytes": "sys.stdout.buffer.write(b'x' * 100_000)",
}


@NO_FULL
@PIPES.shown
@pytest.mark.parametrize("kind", WRITES)
def test_a_full_stdout_is_named(kind: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = run_command(WRITES[kind], stdout=full)
    assert done.returncode == 74
    assert done.stderr == (
        "error: cannot write stdout: No space left on device\nhint: free some space\n"
    )


@PIPES.shown
@pytest.mark.parametrize("kind", WRITES)
def test_a_closed_stdout_is_no_error(kind: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = run_command(WRITES[kind], stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@PIPES.shown
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["axes", "list"]])
def test_the_program_itself_tells_a_closed_stdout_from_a_full_one(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    codes = []
    for stdout in (writing, os.open("/dev/full", os.O_WRONLY)):
        done = subprocess.run(
            [*TPOP, *arguments], stdout=stdout, stderr=subprocess.PIPE, check=False
        )
        os.close(stdout)
        codes.append(done.returncode)
        assert b"Traceback" not in done.stderr and b"Exception ignored" not in done.stderr
    assert codes == [0, 74]


@PIPES.shown
@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            "OSError(28, 'No space left on device', '/x/state')",
            74,
            "error: cannot use /x/state: No space left on device",
        ),
        (
            "PermissionError(13, 'Permission denied', b'/x/state')",
            74,
            "error: cannot use b'/x/state': Permission denied",
        ),
        ("BrokenPipeError(32, 'Broken pipe')", 70, "error: this is a bug in tpop; "),
        ("ConnectionResetError(104, 'Connection reset')", 70, "error: this is a bug in tpop; "),
        ("OSError(5, 'Input/output error')", 70, "error: this is a bug in tpop; "),
    ],
)
def test_an_error_of_something_else_is_not_stdouts(error: str, code: int, line: str) -> None:
    done = run_command(f"raise {error}")
    assert done.returncode == code
    assert done.stderr.splitlines()[-2].startswith(line)
    assert "stdout" not in done.stderr.splitlines()[-2]


@NO_FULL
@PIPES.shown
def test_a_stderr_that_cannot_be_written_loses_notes_only() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for stderr in (writing, os.open("/dev/full", os.O_WRONLY)):
        done = run_command("note('a note'); write_answer('the answer')", stderr=stderr)
        assert (done.returncode, done.stdout) == (0, "the answer\n")
        os.close(stderr)


@PIPES.shown
def test_a_stdout_that_does_not_block_gets_everything() -> None:
    """As after a program such as Node.js that shares the pipe."""
    code = "from tpop_cli.cli.std_streams import *; repair_std_streams(); print('x' * 1_000_000)"
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen([sys.executable, "-c", code], stdout=writing) as process:
        os.close(writing)
        time.sleep(0.5)
        with os.fdopen(reading, "rb") as file:
            assert len(file.read()) == 1_000_001
    assert process.returncode == 0


@pytest.mark.skipif(not hasattr(select, "PIPE_BUF"), reason="Windows cannot wait for a pipe")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("raises", [True, False])
def test_a_signal_ends_a_write_that_nobody_reads(
    number: signal.Signals, code: int, raises: bool
) -> None:
    """The handler raises while a command prints, and sets a flag while it decodes."""
    inside = "nullcontext()" if raises else "interruptible(threading.Event())"
    program = (
        "import sys, threading\n"
        "from contextlib import nullcontext\n"
        "import tpop_cli.__main__ as m\n"
        "def app():\n"
        "    from tpop_cli.cli.process import command, interruptible\n"
        "    def run():\n"
        f"        with {inside}:\n"
        "            sys.stderr.write('writing\\n')\n"
        "            for _ in range(1000): print('x' * 10_000, flush=True)\n"
        "    command(run)()\n"
        "import tpop_cli.cli.app as a\n"
        "a.app = app\n"
        "m.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=reset_signals,
    )
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(0.5)  # the pipe is full
    start = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=20) == code
    assert time.monotonic() - start < 1.0
    process.communicate()
