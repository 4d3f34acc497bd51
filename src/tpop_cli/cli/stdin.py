"""Whether stdin is meant for `tpop ask`, and reading it without waiting forever.

A command that is given its question also inherits a stdin that may not be meant for it: the rest
of the file that `while read` goes through, or a pipe that a supervisor never writes to.
"""

from __future__ import annotations

import os
import re
import select
import stat
import sys
import threading
from enum import Enum
from pathlib import Path

from ..errors import NoInputError

FIRST_DATA_SECONDS = 3.0
"""How long a command that was given its question waits for the first byte of stdin."""

_CHUNK = 1 << 16
_LONGEST_SCRIPT = 1 << 20
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "busybox", "zsh", "ksh", "mksh", "yash"})
_READS = re.compile(rb"\b(read|mapfile|readarray|select)\b")  # a shell's own ways to read


class Read(str, Enum):
    """What was done about stdin."""

    all = "all"  # it was read to its end, or there is none
    silent = "silent"  # nothing came
    shared = "shared"  # it belongs to the shell or program that started the command


def read_stdin(*, have_question: bool, wanted: bool | None = None) -> tuple[bytes, Read]:
    """Read stdin, if it is a pipe, a socket or a file that is meant for this process.

    Args:
        have_question: whether the command can go on without it. If not, a pipe or socket is read
            to its end, however long that takes.
        wanted: True reads stdin whatever it is, to its end; False does not read it; None decides.

    Returns:
        (what was read, what was done)

    Raises:
        NoInputError: reading failed.
    """
    try:
        descriptor = sys.stdin.fileno()
        status = os.fstat(descriptor)
    except (OSError, ValueError, AttributeError):
        return b"", Read.all
    is_file = stat.S_ISREG(status.st_mode)
    is_stream = stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode)
    if wanted is False or not (wanted or is_file or is_stream):
        return b"", Read.all
    if have_question and wanted is None:
        if is_file and 0 < os.lseek(descriptor, 0, os.SEEK_CUR) < status.st_size:
            return b"", Read.shared
        if is_stream and _belongs_to_a_shell():
            return b"", Read.shared
        if is_stream and not _wait_for_data(descriptor, FIRST_DATA_SECONDS):
            return b"", Read.silent
    return read_all_of_stdin(), Read.all


def read_all_of_stdin() -> bytes:
    """What stdin holds until its end. Raises NoInputError."""
    found = bytearray(_early)
    try:
        descriptor = sys.stdin.fileno()
        while True:
            try:
                chunk = os.read(descriptor, _CHUNK)
            except BlockingIOError:  # another program made the pipe non-blocking
                select.select([descriptor], [], [])
                continue
            if not chunk:
                return bytes(found)
            found += chunk
    except OSError as error:
        raise NoInputError(
            f"cannot read stdin: {error.strerror}", "check what is piped in"
        ) from None


_early = bytearray()  # what was read while waiting for the first data, on Windows


def _wait_for_data(descriptor: int, seconds: float) -> bool:
    """Wait until there is something to read or the input has ended; False after `seconds`."""
    if sys.platform != "win32":
        return bool(select.select([descriptor], [], [], seconds)[0])

    def read() -> None:  # a pipe cannot be waited for with select
        _early.extend(os.read(descriptor, _CHUNK))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def _belongs_to_a_shell(proc: Path = Path("/proc")) -> bool:
    """Whether a process above this one has the same stdin, and may read from it itself.

    Only known on Linux. Processes that pass their stdin on are skipped.
    """
    try:
        own = (proc / "self" / "fd" / "0").readlink()
        pid = os.getppid()
        while pid > 0 and (proc / str(pid) / "fd" / "0").readlink() == own:
            folder = proc / str(pid)
            if not (_is_wrapper(folder) or _has_read_nothing(folder) or _never_reads(folder)):
                return True
            pid = _parent_of(folder)
    except (OSError, ValueError, IndexError, KeyError):  # no /proc, or another user's process
        return False
    return False


def _is_wrapper(folder: Path) -> bool:
    """Whether a process runs this one's arguments as a command, such as timeout(1) and uv."""
    arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
    given = _arguments(folder)
    return len(given) > len(arguments) and given[-len(arguments) :] == arguments


def _has_read_nothing(folder: Path) -> bool:
    """Whether a process has read no byte since it was forked.

    It is the part of a shell that runs a function, such as `review` in `git diff | review`.
    """
    fields = dict(line.split(": ", 1) for line in (folder / "io").read_text().splitlines())
    return int(fields["rchar"]) == 0


def _never_reads(folder: Path) -> bool:
    """Whether a process is a shell, and the script that it runs never reads a line itself."""
    if (folder / "exe").readlink().name not in _SHELLS:
        return False
    given = _arguments(folder)[1:]
    if b"-c" in given:
        script = given[given.index(b"-c") + 1]
    else:
        name = next((argument for argument in given if not argument.startswith(b"-")), None)
        if name is None:  # it reads its commands from stdin, or from a terminal
            return False
        with (folder / "cwd" / os.fsdecode(name)).open("rb") as file:
            script = file.read(_LONGEST_SCRIPT)
    return len(script) < _LONGEST_SCRIPT and not _READS.search(script)


def _arguments(folder: Path) -> list[bytes]:
    """The command line of a process."""
    return (folder / "cmdline").read_bytes().split(b"\0")[:-1]


def _parent_of(folder: Path) -> int:
    """The id of a process's parent, from the fourth field of `stat`."""
    return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
