"""The entry point of `tpop`."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType

try:
    from .cli.std_streams import (
        SIGNALLED,
        TIMED_OUT,
        StdoutError,
        pending_signals,
        repair_std_streams,
    )
except KeyboardInterrupt:  # before `main`, which handles the others
    os._exit(128 + signal.SIGINT)

_INTERNAL = 70
"""Exit code of a bug, EX_SOFTWARE of sysexits.h."""


def resend_lost_signals() -> None:
    """Send a signal again if its exception was lost.

    Python drops an exception that a signal handler raises inside certain callbacks; importing a
    module runs thousands of them.
    """
    default = sys.unraisablehook

    def resend(lost: sys.UnraisableHookArgs) -> None:
        code = getattr(lost.exc_value, "code", None)
        if lost.exc_type is KeyboardInterrupt:
            number = int(signal.SIGINT)
        elif lost.exc_type is SystemExit and isinstance(code, int) and code > SIGNALLED:
            number = code - SIGNALLED
        else:
            default(lost)
            return
        import threading

        # A moment later: raised before this function returns it would be lost again.
        timer = threading.Timer(0.01, os.kill, (os.getpid(), number))
        timer.daemon = True
        timer.start()

    sys.unraisablehook = resend


def main() -> None:
    """Run the command line. `--version` is answered without importing anything."""
    repair_std_streams()
    try:
        _run()
    except SystemExit as ended:
        if isinstance(ended.code, int) and ended.code >= TIMED_OUT:  # those of signals are higher
            _exit_at_once(ended.code)
        raise


def _exit_at_once(code: int) -> None:
    """End an interrupted process, whose stack is unwound, without waiting for other threads."""
    pending_signals.append(code)  # a reader that takes nothing is not waited for
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, KeyboardInterrupt, SystemExit):
            stream.flush()
    os._exit(code)


def _wrapped_end(error: BaseException) -> int | str | None:
    """The exit code of a signal whose exception Python wrapped in another one; None without any.

    Up to Python 3.11 a class statement does so with what `__set_name__` raises, and importing a
    module runs many of them.
    """
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return SIGNALLED + signal.SIGINT
        if isinstance(cause, SystemExit):
            return cause.code
        cause = cause.__cause__
    return None


def _run() -> None:
    def end(number: int, _frame: FrameType | None) -> None:
        # Unwinding the stack shows the cursor again and releases locks.
        raise SystemExit(SIGNALLED + number)

    resend_lost_signals()
    handled: list[signal.Signals] = []
    try:
        if sys.argv[1:] in (["--version"], ["-V"]):
            from . import __version__

            print(f"tpop {__version__}", flush=True)
            return
        from .cli.process import handled_signals
        from .ui.suspend import handle_suspension

        handle_suspension()
        handled = handled_signals()
        for number in handled:
            if number != signal.SIGINT:  # it raises KeyboardInterrupt
                signal.signal(number, end)
        from .cli.app import app

        app()
    except KeyboardInterrupt:  # before a command started
        raise SystemExit(SIGNALLED + signal.SIGINT) from None
    except StdoutError as error:  # outside of any command, such as writing --help
        from .cli.process import exit_on_os_error

        exit_on_os_error(error)
    except Exception as error:
        ended = _wrapped_end(error)
        if ended is not None:
            raise SystemExit(ended) from None
        import traceback

        traceback.print_exc()
        print("error: this is a bug in tpop; your picks are saved", file=sys.stderr)
        print("hint: report it with the lines above", file=sys.stderr)
        raise SystemExit(_INTERNAL) from None
    finally:  # the stack is unwound: a signal during the interpreter's exit needs no exception
        for number in handled:
            signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main()
