"""Calls into llama.cpp that may end in its `abort()`, made so that an error comes of it instead.

ggml ends the process where it has no other way to fail: an RPC server that went away, a header that asks for the
impossible. Before it does, it calls a callback. A guarded call runs on a thread of its own; the callback stops
whichever thread was about to abort, for good, and the caller gets an error. What llama.cpp was doing stays half done:
its objects must not be touched again, not even freed, and the process had better end soon.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any

import llama_cpp.llama_cpp as llama
from llama_cpp._ggml import libggml

from ..errors import DecodeError, TpopError, UnavailableError


def ggml_function(name: str, result: Any, *arguments: Any) -> ctypes._NamedFuncPointer:
    """A C function of ggml that llama-cpp-python does not bind.

    It is looked for in what libllama itself has loaded: the package holds the ggml library under several names, and
    another copy would have devices of its own.
    """
    try:
        function: ctypes._NamedFuncPointer = getattr(llama._lib, name)
    except AttributeError:  # Windows looks into the library named only, and has one copy of it
        function = getattr(libggml, name)
    function.restype, function.argtypes = result, list(arguments)
    return function


class _Calls:
    """The thread that guarded calls run on, one at a time."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._call: Callable[[], Any] | None = None
        self._result: list[Any] = []
        self._error: BaseException | None = None
        self._thread: threading.Thread | None = None
        self.lost = ""  # what llama.cpp said when it aborted
        # ggml keeps a pointer to this for as long as the process lives.
        self._on_abort = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(self._aborting)
        ggml_function("ggml_set_abort_callback", ctypes.c_void_p, ctypes.c_void_p)(self._on_abort)

    def run(self, call: Callable[[], Any], on_interrupt: Callable[[], None]) -> Any:
        with self._change:
            if not self.lost:
                self._start(call)
                # Signal handlers run while this waits, as they would if the call were made here.
                try:
                    self._change.wait_for(self._over)
                except (KeyboardInterrupt, SystemExit):  # Ctrl-C, or the end of the process
                    on_interrupt()
                    self._change.wait_for(self._over)
                    raise
            if self.lost:
                raise _explained(self.lost)
            if self._error is not None:
                raise self._error
            return self._result[0]

    def _over(self) -> bool:
        return self._call is None or bool(self.lost)

    def _start(self, call: Callable[[], Any]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="llama.cpp", daemon=True)
            self._thread.start()
        self._call, self._error = call, None
        self._change.notify_all()

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._call is not None)
                call = self._call
            assert call is not None
            result, error = None, None
            try:
                result = call()
            except BaseException as caught:
                error = caught
            with self._change:
                self._result, self._error, self._call = [result], error, None
                self._change.notify_all()

    def _aborting(self, message: bytes) -> None:
        """ggml is about to end the process, in this thread."""
        with self._change:
            if self._call is None:  # nobody waits for a guarded call: let it end
                os.write(2, message + b"\n")
                return
            self.lost = message.decode("utf-8", "replace")
            self._change.notify_all()
        threading.Event().wait()


_calls: list[_Calls] = []


def guarded(
    function: Callable[..., Any], *arguments: Any, on_interrupt: Callable[[], None] = lambda: None
) -> Any:
    """`function(*arguments)`, on the thread of guarded calls.

    Args:
        function, arguments: the call.
        on_interrupt: what makes the call return early; a KeyboardInterrupt or SystemExit waits until it has returned.

    Raises:
        UnavailableError: a server that the model is on went away.
        DecodeError: llama.cpp would have ended the process for another reason.
    """
    if not _calls:
        _calls.append(_Calls())
    return _calls[0].run(lambda: function(*arguments), on_interrupt)


def backend_aborted() -> bool:
    """Whether a guarded call was lost: nothing of llama.cpp may be used or freed any more."""
    return bool(_calls and _calls[0].lost)


def _explained(said: str) -> TpopError:
    """The error for what llama.cpp said when it aborted: "FILE:LINE: reason"."""
    where, _, reason = said.partition(": ")
    reason = reason.strip().rstrip(".")
    if "rpc" in where.lower():
        return UnavailableError(
            f"the RPC server went away ({reason})", "start it again; your picks are saved"
        )
    return DecodeError(f"llama.cpp gave up: {reason}", "see more with --verbose")
