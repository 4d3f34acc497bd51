"""Turns an `abort()` inside llama.cpp into a Python exception.

ggml calls `abort()` where it has no other way to fail, for example when an RPC server disconnects
or a file's header asks for impossible sizes. It calls a callback first. Guarded calls therefore run
on a thread of their own: the callback blocks the aborting thread forever, and the caller raises an
exception. After that llama.cpp is in an undefined state: none of its objects may be used or freed,
and the process should exit soon.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any

from ..errors import DecodeError, TpopError, UnavailableError
from .ggml import ggml_function


class _GuardedThread:
    """The thread that runs guarded calls, one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._call: Callable[[], Any] | None = None
        self._result: list[Any] = []
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None
        self.abort_message = ""  # ggml's message; not empty after an abort
        # ggml keeps a pointer to the callback until the process exits.
        self._callback = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(self._on_abort)
        ggml_function("ggml_set_abort_callback", ctypes.c_void_p, ctypes.c_void_p)(self._callback)

    def run(self, call: Callable[[], Any], on_interrupt: Callable[[], None]) -> Any:
        with self._changed:
            if not self.abort_message:
                self._start(call)
                # Python's signal handlers run in the calling thread while it waits here.
                try:
                    self._changed.wait_for(self._finished)
                except (KeyboardInterrupt, SystemExit):  # Ctrl-C, or a signal that ends the process
                    on_interrupt()
                    self._changed.wait_for(self._finished)
                    raise
            if self.abort_message:
                raise _abort_error(self.abort_message)
            if self._error is not None:
                raise self._error
            return self._result[0]

    def _finished(self) -> bool:
        return self._call is None or bool(self.abort_message)

    def _start(self, call: Callable[[], Any]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="llama.cpp", daemon=True)
            self._thread.start()
        self._call, self._error = call, None
        self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._call is not None)
                call = self._call
            assert call is not None
            result, error = None, None
            try:
                result = call()
            except BaseException as caught:
                error = caught
            with self._changed:
                self._result, self._error, self._call = [result], error, None
                self._changed.notify_all()

    def _on_abort(self, message: bytes) -> None:
        """ggml's abort callback, called in the thread that is about to abort the process."""
        with self._changed:
            if self._call is None:  # no guarded call is running: let the process abort
                os.write(2, message + b"\n")
                return
            self.abort_message = message.decode("utf-8", "replace")
            self._changed.notify_all()
        threading.Event().wait()  # forever: returning would abort the process


_threads: list[_GuardedThread] = []  # at most one, started by the first guarded call


def guarded_call(
    function: Callable[..., Any], *arguments: Any, on_interrupt: Callable[[], None] = lambda: None
) -> Any:
    """Return `function(*arguments)`, computed on the guarded thread.

    Args:
        function: what to call.
        arguments: its arguments.
        on_interrupt: makes the call return early. It runs on KeyboardInterrupt or SystemExit, which
            are raised again once the call has returned.

    Raises:
        UnavailableError: an RPC server that holds part of the model disconnected.
        DecodeError: llama.cpp tried to abort the process for another reason.
    """
    if not _threads:
        _threads.append(_GuardedThread())
    return _threads[0].run(lambda: function(*arguments), on_interrupt)


def direct_call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return `function(*arguments)`, computed in the calling thread, without the guard."""
    return function(*arguments)


def backend_aborted() -> bool:
    """Whether a guarded call has aborted; llama.cpp must not be used or freed after that."""
    return bool(_threads and _threads[0].abort_message)


def _abort_error(message: str) -> TpopError:
    """The exception for ggml's abort message, which reads "FILE:LINE: reason"."""
    location, _, reason = message.partition(": ")
    reason = reason.strip().rstrip(".")
    if "rpc" in location.lower():
        return UnavailableError(
            f"lost the connection to the RPC server ({reason})",
            "start the server again; your picks are saved",
        )
    return DecodeError(f"llama.cpp aborted: {reason}", "run again with --verbose for details")
