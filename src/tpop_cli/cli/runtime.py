"""What commands share: consoles, errors and signals."""

from __future__ import annotations

import _thread
import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ..errors import NoInputError, StorageError, TpopError, UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

Command = TypeVar("Command", bound=Callable[..., Any])

TIMED_OUT = 124
"""Exit code of --timeout, as of timeout(1)."""

# -- output and errors -----------------------------------------------------------------------------------


@dataclass
class _Told:
    """What the command line said of the whole process."""

    quiet: bool = False
    timeout: float | None = None
    timed_out: bool = False


_told = _Told()


def be_quiet() -> None:
    """From now on nothing but errors goes to stderr."""
    _told.quiet = True


def limit_time(seconds: float) -> None:
    """End the process after so long as SIGTERM would, but with the exit code of a timeout."""

    def end() -> None:
        _told.timed_out = True
        if sys.platform == "win32":
            _thread.interrupt_main(signal.SIGTERM)
        else:
            os.kill(os.getpid(), signal.SIGTERM)  # also wakes a call that waits

    _told.timeout = seconds
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def stderr_console(*, errors: bool = False) -> Console:
    """The console for everything that is not an answer; for `errors` even where the user wants it quiet."""
    from rich.console import Console

    return Console(
        stderr=True, highlight=False, markup=False, emoji=False, quiet=_told.quiet and not errors
    )


def stdout_console() -> Console:
    """The console for what a command was asked to print."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A bar on a terminal's stderr, gone when it is done; without columns, Rich's own."""
    from rich.progress import Progress

    console = stderr_console()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def on_terminal() -> bool:
    """Whether there is somebody who can be shown something and asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def read_file(name: str) -> bytes:
    """The content of a file that the user named. Raises NoInputError."""
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NoInputError(
            f"cannot read {name}: {error.strerror}", "check the file's name"
        ) from None


def note(message: str) -> None:
    """Tell the user something on stderr."""
    from rich.text import Text

    from ..ui.clean import clean

    stderr_console().print(Text(clean(message), "dim"), soft_wrap=True)


def confirm(question: str, yes: bool) -> None:
    """Ask before something is taken away; leaves the program where the user says no.

    Raises:
        UsageError: there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("this asks first, and there is no terminal", "add --yes")
    import typer

    if not typer.confirm(question, err=True):
        note("nothing was changed")
        raise SystemExit(0)


def write_answer(text: str, *, end: str = "\n") -> None:
    """Put an answer on stdout: as it is into a pipe, cleaned of control characters on a terminal."""
    from ..ui.clean import clean

    shown = clean(text) if sys.stdout.isatty() else text
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write((shown + end).encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def print_error(error: TpopError) -> None:
    """An error's message and hint, on stderr."""
    from rich.text import Text

    from ..ui.clean import clean

    console = stderr_console(errors=True)
    console.print(
        Text("error: ", "bold red").append(clean(error.message), "not bold default"), soft_wrap=True
    )
    if error.hint:
        console.print(Text("hint: ", "bold").append(clean(error.hint), "not bold"), soft_wrap=True)


def stdout_failed(error: OSError) -> NoReturn:
    """Leave the program where stdout is full, or what it is on went away; or a file that nobody asks about."""
    # Nothing more is written there: at the end of the process that would fail once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):  # `| head -1`: whoever read stdout has read enough
        raise SystemExit(0) from None
    what = "cannot write" if error.filename is None else f"cannot use {error.filename}"
    failure = StorageError(
        f"{what}: {error.strerror or error}", "free some space, or check its permissions"
    )
    print_error(failure)
    raise SystemExit(failure.exit_code) from None


def command(function: Command) -> Command:
    """Turn the package's errors into one line and an exit code, and Ctrl-C into 130."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except SystemExit:
            if not _told.timed_out:
                raise
            print_error(
                TpopError(f"timed out after {_told.timeout:g} s", "allow more with --timeout")
            )
            raise SystemExit(TIMED_OUT) from None
        except TpopError as error:
            print_error(error)
            raise SystemExit(error.exit_code) from None
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except OSError as error:
            stdout_failed(error)

    return run  # type: ignore[return-value]


def handled_signals() -> list[signal.Signals]:
    """SIGINT, SIGTERM and SIGHUP, but for those that are ignored: as SIGHUP under nohup, SIGINT in the background."""
    known = [
        getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
    ]
    return [number for number in known if signal.getsignal(number) != signal.SIG_IGN]


@contextmanager
def interruptible(stop: threading.Event) -> Iterator[threading.Event]:
    """While inside, Ctrl-C sets `stop` instead of raising; SIGTERM and SIGHUP too, and then end the program.

    The handler never raises: it may run inside a callback from llama.cpp, which no exception can cross.
    """
    ending: list[int] = []

    def on_signal(number: int, _frame: object) -> None:
        stop.set()
        if number != signal.SIGINT:
            ending.append(number)

    previous = [(number, signal.signal(number, on_signal)) for number in handled_signals()]
    stop.clear()
    try:
        yield stop
    finally:
        for number, handler in previous:
            signal.signal(number, handler)
        if ending:
            raise SystemExit(128 + ending[0])
