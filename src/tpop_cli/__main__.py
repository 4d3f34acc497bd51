"""The entry point of `tpop`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

_INTERNAL = 70
"""Exit code of an error that no user can cause, as of sysexits.h."""


def _settle_streams() -> None:
    """A stream that was closed becomes an empty one, and what an encoding cannot write is replaced, not an error."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - stays open
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def main() -> None:
    """Run the command line. `--version` is answered before anything is imported."""
    _settle_streams()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from . import __version__

        print(f"tpop {__version__}")
        return

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)  # unwinds: the cursor is shown again, locks are released

    ending = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for number in ending:
        signal.signal(number, end)
    try:
        from .cli.app import app

        app()
    except KeyboardInterrupt:  # before a command has begun
        raise SystemExit(128 + signal.SIGINT) from None
    except OSError as error:  # what no command prints, such as --help
        from .cli.runtime import stdout_failed

        stdout_failed(error)
    except Exception:
        import traceback

        traceback.print_exc()
        print("error: this is a bug in tpop; your picks are saved", file=sys.stderr)
        print("hint: report it with the lines above", file=sys.stderr)
        raise SystemExit(_INTERNAL) from None
    finally:  # what unwinds has unwound: the interpreter itself ends without a handler's exception
        for number in (signal.SIGINT, *ending):
            signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main()
