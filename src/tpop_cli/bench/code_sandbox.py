"""Runs code that a model wrote, and tests it. `code_check` starts this file as a script.

It reads {"code", "tests", "seconds", "megabytes", "token"} as JSON from stdin, and prints the token
if every test is True. It runs in a process and an empty folder of its own. What the code prints is
thrown away, and it may not write files, start processes or open connections.

This contains a model's mistakes. It does not stop an attacker who knows it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

_FORBIDDEN_EVENTS = (
    *("ctypes.", "ftplib.", "http.", "imaplib.", "mmap.", "os.", "poplib.", "pty.", "shutil."),
    *(
        "signal.",
        "smtplib.",
        "socket.",
        "sqlite3.",
        "subprocess.",
        "tempfile.",
        "urllib.",
        "winreg.",
    ),
)
_HARMLESS_EVENTS = frozenset({"os.listdir", "os.scandir", "os.walk", "os.fwalk"})
_FORBIDDEN_MODULES = frozenset(
    {"_ctypes", "_posixsubprocess", "_socket", "_winapi", "ctypes", "multiprocessing", "subprocess"}
)


def forbid(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: raise PermissionError for what the code may not do.

    Args:
        event: the name of an audit event; see the table in Python's documentation.
        arguments: its arguments.
    """
    if event == "open":
        _, mode, flags = arguments
        writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        refused = set(mode or "") & set("wax+") or (flags or 0) & writes
    elif event == "import":
        refused = arguments[0] in _FORBIDDEN_MODULES
    else:
        refused = event.startswith(_FORBIDDEN_EVENTS) and event not in _HARMLESS_EVENTS
    if refused:
        raise PermissionError(f"the code may not do this: {event}")


def limit_resources(seconds: int, megabytes: int) -> None:
    """Limit processor time, memory, files and processes, where the system has such limits."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        "RLIMIT_CPU": seconds,
        "RLIMIT_AS": megabytes * 1024 * 1024,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NPROC": 0,
    }
    for name, value in wanted.items():
        # macOS refuses some of them; and a limit can be lower than the one that is wanted.
        with contextlib.suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (value, value))


def main() -> None:
    """Run the code and its tests."""
    job = json.loads(sys.stdin.buffer.read())
    result = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    limit_resources(job["seconds"], job["megabytes"])
    sys.addaudithook(forbid)
    names: dict[str, Any] = {"__name__": "answer"}
    try:
        exec(compile(job["code"], "answer", "exec"), names)
        passed = all(bool(eval(test, names)) for test in job["tests"])
    except BaseException:  # SystemExit and KeyboardInterrupt, too
        passed = False
    if passed:
        os.write(result, job["token"].encode())
    os._exit(0)


if __name__ == "__main__":
    main()
