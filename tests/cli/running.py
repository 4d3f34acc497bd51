"""Running tpop as a user does: as a process with pipes, or on a pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pexpect

TPOP = [sys.executable, "-m", "tpop_cli"]

JUDGE = f'{sys.executable} -c "import sys\nfor _ in sys.stdin: print(1, flush=True)"'
"""A judge that always picks the answer that is shown first."""

FOOTER = "both bad"
"""What a terminal shows once both answers are complete and a pick is waited for."""

ESCAPE = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[=>])")


def run(
    *arguments: str, stdin: str = "", code: int = 0, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run tpop with pipes. It must exit with `code`, and never with a traceback."""
    done = subprocess.run(
        [*TPOP, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def objects(text: str) -> list[dict[str, Any]]:
    """The objects of JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def reset_signals() -> None:
    """Handle signals as on a terminal, even if the tests run under nohup or in the background."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@contextmanager
def terminal(*arguments: str, columns: int = 140, **environment: str) -> Iterator[pexpect.spawn]:
    """Run tpop on a pseudo-terminal."""
    process = pexpect.spawn(
        sys.executable,
        ["-m", "tpop_cli", *arguments],
        dimensions=(40, columns),
        encoding="utf-8",
        timeout=90,
        preexec_fn=reset_signals,
        env={**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **environment},
    )
    try:
        yield process
    finally:
        process.close(force=True)


def until_end(process: pexpect.spawn) -> str:
    """What is still written until the program ends; its exit code must be 0."""
    process.expect(pexpect.EOF)
    process.close()
    assert process.exitstatus == 0, process.before
    return ESCAPE.sub("", process.before or "")


def teach(n: int = 3, profile: str = "default") -> None:
    """Let `JUDGE` decide n duels, on the prompts "one" and "two" in turn."""
    arguments = ("--prompts", "-", "--judge", JUDGE, "--duels", str(n), "-p", profile)
    run("teach", *arguments, stdin="one\ntwo\n")


def count_picks() -> dict[str, int]:
    """How many picks each profile holds."""
    profiles = json.loads(run("profile", "list", "--json").stdout)
    return {profile["profile"]: profile["picks"] for profile in profiles}
