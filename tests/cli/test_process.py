"""How a command ends: by Ctrl-C, by a time limit, or when its reader closes the pipe."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..tiny import write_tiny_gguf
from .running import TPOP, reset_signals, run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_ctrl_c_ends_with_130_and_keeps_what_was_written(starter_path: Path) -> None:
    process = subprocess.Popen(
        [*TPOP, "ask", "Tell me a very long story.", "-m", str(starter_path), "-n", "2000"],
        preexec_fn=reset_signals,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    first = process.stdout.read(1)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    # The answer stops within 0.25 s; the rest is Python's exit.
    assert time.monotonic() - start < 1.5
    assert process.returncode == 130
    assert first
    assert b"Traceback" not in errors


def test_a_reader_that_closes_the_pipe_is_not_an_error() -> None:
    command = f"{sys.executable} -m tpop_cli ask Why? --pick auto | head -c 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, check=False
    )
    assert done.stderr == b""


def test_a_time_limit_ends_the_command(tmp_path: Path) -> None:
    endless = write_tiny_gguf(tmp_path / "endless.gguf", favoured=100)  # its answers never end
    arguments = ("-n", "90000", "--ctx", "100000", "--timeout", "1.5", "--model", str(endless))
    done = run("ask", *arguments, "Tell me a story.", code=124)
    assert done.stderr.startswith("error: timed out after 1.5 s\nhint: ")
