"""What commands write to a terminal or a pipe: answers on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from ..errors import TpopError, UsageError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

_LINE_ENDS = {ord(mark): f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}

_quiet = False


def be_quiet() -> None:
    """Write nothing but errors to stderr from now on."""
    global _quiet  # noqa: PLW0603 - --quiet holds for the whole process
    _quiet = True


def stdout_console() -> Console:
    """The console for what a command was asked to print."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def stderr_console(*, errors: bool = False) -> Console:
    """The console for everything that is not an answer; with `errors` even after `be_quiet`."""
    from rich.console import Console

    return Console(
        stderr=True, highlight=False, markup=False, emoji=False, quiet=_quiet and not errors
    )


def progress_bar(*columns: ProgressColumn) -> Progress:
    """A progress bar on stderr, by default with Rich's columns; only shown on a terminal."""
    from rich.progress import Progress

    console = stderr_console()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def on_terminal() -> bool:
    """Whether a user can be shown something and asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def note(message: str) -> None:
    """Write a message to the user, dim, on stderr."""
    from rich.text import Text

    from ..ui.clean import clean

    stderr_console().print(Text(clean(message), "dim"), soft_wrap=True)


def confirm(question: str, yes: bool) -> None:
    """Ask before data is removed, unless `yes`. Ends the program if the user says no.

    Raises:
        UsageError: stdin is not a terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("confirmation needed, but stdin is not a terminal", "add --yes")
    import typer

    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort as abort:
        if isinstance(abort.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        agreed = False  # the end of the input
    if not agreed:
        note("nothing was changed")
        raise SystemExit(0)


def write_answer(text: str, *, end: str = "\n") -> None:
    """Write an answer to stdout: unchanged to a pipe, without control characters to a terminal."""
    from ..ui.clean import clean

    shown = clean(text) if sys.stdout.isatty() else text
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write((shown + end).encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def write_json(body: Any) -> None:
    """Write a value to stdout as one line of JSON, from which it can be read back exactly.

    What the encoding of stdout cannot represent is escaped, as are the characters that some
    programs take for the end of a line.
    """
    text = json.dumps(body, ensure_ascii=False).translate(_LINE_ENDS)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # such as a lone surrogate
        text = json.dumps(body)
    write_answer(text)


def print_error(error: TpopError) -> None:
    """Write an error's message and hint to stderr."""
    from rich.text import Text

    from ..ui.clean import clean

    console = stderr_console(errors=True)
    console.print(
        Text("error: ", "bold red").append(clean(error.message), "not bold default"), soft_wrap=True
    )
    if error.hint:
        console.print(Text("hint: ", "bold").append(clean(error.hint), "not bold"), soft_wrap=True)
