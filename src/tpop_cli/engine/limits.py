"""Time and memory limits for code that came with a model: its chat template."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

SECONDS = 2.0
BYTES = 512 << 20


class ResourceLimitError(Exception):
    """It took too long, or too much memory."""


def run_limited(
    call: Callable[[], Result], seconds: float = SECONDS, n_bytes: int = BYTES
) -> Result:
    """The result of a call that runs Python code, stopped when it takes too much.

    The memory limit holds on Linux only. Nothing else may allocate much meanwhile.

    Raises:
        ResourceLimitError: it was stopped.
    """
    lock, done = threading.Lock(), False
    thread = threading.get_ident()

    def stop() -> None:
        with lock:
            if not done:  # raised in the thread that runs the call, at its next step
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread), ctypes.py_object(ResourceLimitError)
                )

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        try:
            with _less_memory(n_bytes):
                return call()
        finally:
            with lock:
                done = True
            timer.cancel()
    except ResourceLimitError:
        raise ResourceLimitError(f"it ran for more than {seconds:g} s") from None
    except MemoryError:
        raise ResourceLimitError(f"it wanted more than {n_bytes >> 20} MB") from None


@contextmanager
def _less_memory(n_bytes: int) -> Iterator[None]:
    """While inside, this process can get only so much more memory; more is a MemoryError."""
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
