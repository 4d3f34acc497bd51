"""How a command runs as a process: errors become exit codes, signals and time limits end it."""

from __future__ import annotations

import _thread
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from ..errors import TpopError
from .console import print_error
from .empty_values import refuse_empty
from .std_streams import SIGNALLED, TIMED_OUT, StdoutError, pending_signals, silence_stdout

Command = TypeVar("Command", bound=Callable[..., Any])

_timed_out_after: float | None = None  # seconds, once the time limit has ended the process


def command(function: Command) -> Command:
    """Turn errors of the package into one line and an exit code, and Ctrl-C into exit code 130."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            refuse_empty(function, kwargs)
            return function(*args, **kwargs)
        except SystemExit:
            if _timed_out_after is None:
                raise
            print_error(
                TpopError(f"timed out after {_timed_out_after:g} s", "allow more with --timeout")
            )
            raise SystemExit(TIMED_OUT) from None
        except TpopError as error:
            print_error(error)
            raise SystemExit(error.exit_code) from None
        except KeyboardInterrupt:
            raise SystemExit(SIGNALLED + signal.SIGINT) from None
        except OSError as error:
            exit_on_os_error(error)

    return run  # type: ignore[return-value]


def limit_time(seconds: float) -> None:
    """End the process after `seconds`, as SIGTERM would, but with exit code `TIMED_OUT`."""

    def end() -> None:
        global _timed_out_after  # noqa: PLW0603 - --timeout holds for the whole process
        _timed_out_after = seconds
        if sys.platform == "win32":
            _thread.interrupt_main(signal.SIGTERM)
        else:
            os.kill(os.getpid(), signal.SIGTERM)  # also interrupts a blocking system call

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def exit_on_os_error(error: OSError) -> NoReturn:
    """End the program after an OSError that no function expected.

    A closed pipe at stdout (`tpop ... | head -1`) is not an error: the reader has read enough.

    Raises:
        RuntimeError: the error is neither stdout's nor a file's. It is a bug.
    """
    from ..store.io_errors import storage_error

    if isinstance(error, StdoutError):
        silence_stdout()
        cause = error.__cause__
        assert isinstance(cause, OSError)
        if isinstance(cause, BrokenPipeError):
            raise SystemExit(0) from None
        failure = storage_error("cannot write stdout", cause)
    elif error.filename is not None:
        failure = storage_error(f"cannot use {error.filename}", error)
    else:
        raise RuntimeError(f"an unexpected error: {error}") from error
    print_error(failure)
    raise SystemExit(failure.exit_code) from None


def handled_signals() -> list[signal.Signals]:
    """SIGINT, SIGTERM and SIGHUP, except those that the process was started to ignore.

    nohup ignores SIGHUP, and a shell ignores SIGINT for a job in the background.
    """
    known = [
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
    ]
    return [number for number in known if signal.getsignal(number) != signal.SIG_IGN]


@contextmanager
def interruptible(stop: threading.Event) -> Iterator[threading.Event]:
    """Let signals set `stop` instead of raising an exception, inside the with block.

    SIGTERM and SIGHUP also end the program after the block. The handler never raises: it may run
    inside a callback from llama.cpp, which no exception can cross.
    """

    def on_signal(number: int, _frame: object) -> None:
        stop.set()
        pending_signals.append(number)

    previous = [(number, signal.signal(number, on_signal)) for number in handled_signals()]
    stop.clear()
    try:
        yield stop
    finally:
        for number, handler in previous:
            signal.signal(number, handler)
        ending = [number for number in pending_signals if number != signal.SIGINT]
        pending_signals.clear()
        if ending:
            raise SystemExit(SIGNALLED + ending[0])
