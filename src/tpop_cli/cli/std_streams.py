"""The standard streams, made usable whatever the process was started with."""

from __future__ import annotations

import io
import os
import select
import signal
import sys
from typing import Any

TIMED_OUT = 124
"""Exit code of --timeout, as of timeout(1)."""

SIGNALLED = 128
"""A process that a signal ends exits with this plus the signal's number."""

pending_signals: list[int] = []
"""Signals whose handler could not raise. They end a write to stdout that nobody reads."""


class StdoutError(OSError):
    """stdout cannot be written; `__cause__` says why.

    It has no `errno`, so that neither Rich nor Click takes it for their own broken pipe.
    """


def repair_std_streams() -> None:
    """Replace closed streams by empty ones, and tell errors of stdout from other errors.

    A failed write to stdout raises StdoutError. One to stderr is ignored: what a command was asked
    for matters more than notes about it. A character that a stream's encoding lacks is replaced.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - stays open
    sys.stdout = _repaired(sys.stdout, _Stdout)
    sys.stderr = _repaired(sys.stderr, _Stderr)


def silence_stdout() -> None:
    """Write nothing more to stdout. What is in its buffer would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Stdout(io.FileIO):
    """The descriptor of stdout. A signal ends a write that waits for a reader."""

    def write(self, data: Any) -> int:
        try:
            if hasattr(select, "PIPE_BUF"):  # not on Windows, whose select knows sockets only
                self._wait_until_writable()
                data = memoryview(data)[: select.PIPE_BUF]  # so much is taken without waiting
            while (n := super().write(data)) is None:  # another program made it non-blocking
                select.select([], [self], [])
        except OSError as error:
            raise StdoutError(f"cannot write stdout: {error.strerror}") from error
        return n

    def _wait_until_writable(self) -> None:
        while not select.select([], [self], [], 0.05)[1]:
            if pending_signals:
                silence_stdout()
                if pending_signals[0] == signal.SIGINT:
                    raise KeyboardInterrupt
                raise SystemExit(SIGNALLED + pending_signals[0])


class _Stderr(io.FileIO):
    """The descriptor of stderr."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or len(data)
        except OSError:
            return len(data)


def _repaired(stream: Any, kind: type[io.FileIO]) -> Any:
    """A stream that writes to the same descriptor through a `kind`."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - stays open
    buffer = getattr(stream, "buffer", None)
    if type(getattr(buffer, "raw", buffer)) is not io.FileIO:  # `python -u` has no buffer
        if hasattr(stream, "reconfigure"):  # a console of Windows
            stream.reconfigure(errors="replace")
        return stream
    stream.flush()
    raw = kind(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.line_buffering or stream.write_through,
    )
