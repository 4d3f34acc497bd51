"""Limits the time and memory of code that a model file brings along: its chat template."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

MAX_SECONDS = 2.0
MAX_BYTES = 512 << 20


class ResourceLimitError(Exception):
    """The code took too much time or memory."""


def run_limited(
    call: Callable[[], Result], seconds: float = MAX_SECONDS, n_bytes: int = MAX_BYTES
) -> Result:
    """Run Python code, stop it when it exceeds a limit, and return its result.

    The memory limit works on Linux only. It applies to the whole process, so other threads should
    not allocate much at the same time.

    Args:
        call: the code. C code that runs long cannot be stopped.
        seconds: time limit.
        n_bytes: limit on the additional memory.

    Raises:
        ResourceLimitError: the code exceeded a limit.
    """
    lock, finished = threading.Lock(), False
    thread = threading.get_ident()

    def stop() -> None:
        with lock:
            if not finished:  # raises in the thread that runs the call, at its next bytecode
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(ResourceLimitError)
                )

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        try:
            with _limited_memory(n_bytes):
                return call()
        finally:
            with lock:
                finished = True
            timer.cancel()
    except ResourceLimitError:
        raise ResourceLimitError(f"it ran for more than {seconds:g} s") from None
    except MemoryError:
        raise ResourceLimitError(f"it needs more than {n_bytes >> 20} MB") from None


@contextmanager
def _limited_memory(n_bytes: int) -> Iterator[None]:
    """Let this process allocate at most `n_bytes` more; beyond that Python raises MemoryError."""
    if sys.platform != "linux":
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = pages * resource.getpagesize() + n_bytes
    if before[0] != resource.RLIM_INFINITY:
        limit = min(limit, before[0])
    resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
