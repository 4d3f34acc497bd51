"""The entry point of `tpop`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

_SIGNALLED = 128
"""What a shell adds to a signal's number."""

_INTERNAL = 70
"""Exit code of an error that no user can cause, as of sysexits.h."""


def repair_std_streams() -> None:
    """A stream that was closed becomes an empty one, and what an encoding cannot write is replaced, not an error."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def resend_lost_signals() -> None:
    """See that no signal is lost. Its exception is, where it is raised in a callback, as importing has thousands."""
    default = sys.unraisablehook

    def again(lost: sys.UnraisableHookArgs) -> None:
        code = getattr(lost.exc_value, "code", None)
        if lost.exc_type is KeyboardInterrupt:
            number = int(signal.SIGINT)
        elif lost.exc_type is SystemExit and isinstance(code, int) and code > _SIGNALLED:
            number = code - _SIGNALLED
        else:
            default(lost)
            return
        import threading

        # A moment later, when this has returned: raised in here it would be lost again.
        timer = threading.Timer(0.01, os.kill, (os.getpid(), number))
        timer.daemon = True
        timer.start()

    sys.unraisablehook = again


def main() -> None:
    """Run the command line. `--version` is answered before anything is imported."""
    repair_std_streams()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from . import __version__

        print(f"tpop {__version__}")
        return

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(
            _SIGNALLED + number
        )  # unwinds: the cursor is shown again, locks are released

    resend_lost_signals()
    heeded: list[signal.Signals] = []
    try:
        from .cli.process import exit_on_os_error, handled_signals

        heeded = handled_signals()
        for number in heeded:
            if number != signal.SIGINT:  # that one raises KeyboardInterrupt
                signal.signal(number, end)
        from .cli.app import app

        app()
    except KeyboardInterrupt:  # before a command has begun
        raise SystemExit(_SIGNALLED + signal.SIGINT) from None
    except OSError as error:  # what no command prints, such as --help
        exit_on_os_error(error)
    except Exception:
        import traceback

        traceback.print_exc()
        print("error: this is a bug in tpop; your picks are saved", file=sys.stderr)
        print("hint: report it with the lines above", file=sys.stderr)
        raise SystemExit(_INTERNAL) from None
    finally:  # what unwinds has unwound: the interpreter itself ends without a handler's exception
        for number in heeded:
            signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main()
