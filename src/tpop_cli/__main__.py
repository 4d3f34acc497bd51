"""The entry point of `tpop`."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line. `--version` is answered before anything is imported."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from . import __version__

        print(f"tpop {__version__}")
        return

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)  # unwinds: the cursor is shown again, locks are released

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    from .cli.app import app

    app()


if __name__ == "__main__":
    main()
