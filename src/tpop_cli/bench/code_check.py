"""Whether the code in an answer passes tests, in a process with limits."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SECONDS, MEGABYTES = 3, 512
"""Limits of processor time and memory, where the system has them (not on Windows)."""

WALL_SECONDS = 15.0
"""After this time the process is killed, whatever it waits for."""

_SANDBOX = Path(__file__).with_name("code_sandbox.py")
_FENCED = re.compile(r"^[ \t]*```[^\n]*\n(.*?)(^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE)


def code_of(answer: str, function: str) -> str:
    """The code in an answer that defines a function; "" if there is none.

    Fenced blocks are joined from the first to the one that defines the function. If the last fence
    is open, because the answer was cut, lines at its end are left out until the rest compiles.
    Without fences the code begins at the definition and ends where it no longer compiles.
    """
    defines = re.compile(rf"^[ \t]*def[ \t]+{function}\b", re.MULTILINE)
    found = _FENCED.findall(answer)
    blocks = [dedent(block) if closed else _compiling(dedent(block)) for block, closed in found]
    for i, block in enumerate(blocks):
        if defines.search(block):
            alone = "\n".join(blocks[: i + 1])
            return alone if _compiles(alone) else block
    return _unfenced(answer, function) if defines.search(answer) and not blocks else ""


def dedent(block: str) -> str:
    """A block of code without the indentation of its first line, as in an item of a list."""
    indent = re.match(r"[ \t]*", block)
    return re.sub(rf"^{indent.group()}", "", block, flags=re.MULTILINE) if indent else block


def _unfenced(answer: str, function: str) -> str:
    """Imports, and the function's definition with what follows as far as it compiles."""
    lines = answer.splitlines()
    start = next(i for i, line in enumerate(lines) if re.match(rf"\s*def\s+{function}\b", line))
    imports = [line for line in lines[:start] if re.match(r"(import|from) \w", line)]
    return "\n".join([*imports, _compiling(dedent("\n".join(lines[start:])))])


def _compiling(code: str) -> str:
    """The longest run of lines from the first on that compiles."""
    lines = code.splitlines()
    starts = ("\n".join(lines[:end]) for end in range(len(lines), 0, -1))
    return next((start for start in starts if _compiles(start)), "")


def _compiles(code: str) -> bool:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes and the like
        try:
            compile(code, "answer", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def passes(
    answer: str,
    function: str,
    tests: Sequence[str],
    *,
    seconds: int = SECONDS,
    megabytes: int = MEGABYTES,
    wall_seconds: float = WALL_SECONDS,
) -> bool:
    """Whether an answer has code that defines the function and passes all tests.

    The code runs in a Python of its own: isolated, in an empty folder, without the environment. It
    may not write files, start processes or open connections, and what it prints is thrown away.

    Args:
        answer: the whole answer.
        function: the name of the function that was asked for.
        tests: Python expressions that are True if the function is right.
        seconds, megabytes, wall_seconds: limits.
    """
    code = code_of(answer, function)
    if not code:
        return False
    token = secrets.token_hex(16)
    job = {
        "code": code,
        "tests": list(tests),
        "seconds": seconds,
        "megabytes": megabytes,
        "token": token,
    }
    with tempfile.TemporaryDirectory(prefix="tpop-code-") as folder:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(_SANDBOX)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={k: v for k, v in os.environ.items() if k.upper() == "SYSTEMROOT"},
            start_new_session=True,
        )
        try:
            out, _ = process.communicate(json.dumps(job).encode(), wall_seconds)
        except subprocess.TimeoutExpired:
            out = b""
        finally:
            _kill(process)
    return out == token.encode()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and whatever it started, and wait until it is gone."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    process.wait()
