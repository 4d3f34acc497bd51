"""The line editor of a chat: input history, completion of commands, several lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession


def line_editor(
    commands: Sequence[str], tell: Callable[[str], None], *, keep_history: bool = True
) -> PromptSession[str]:
    """A prompt session that completes commands and names of profiles.

    Args:
        commands: names of the commands, with their slash.
        tell: shows a message if the input history cannot be saved.
        keep_history: whether to save the input history.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.output import create_output
    from prompt_toolkit.output.vt100 import Vt100_Output

    from ...store.paths import data_dir
    from ...store.profiles import list_profiles

    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: object) -> None:
        event.current_buffer.insert_text("\n")  # type: ignore[attr-defined]

    history: History = InMemoryHistory()
    path = data_dir() / "history"
    if keep_history:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            history = FileHistory(str(path))
        except OSError as error:
            tell(f"the input history is not saved: {error.strerror}")
    output = create_output()
    # At its end, also by a signal, it would wait a second for the terminal to tell its position.
    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    words = [*commands, *(f"/profile {name}" for name in list_profiles())]
    return PromptSession(
        history=history,
        key_bindings=keys,
        completer=WordCompleter(words, sentence=True),
        complete_while_typing=False,
        enable_open_in_editor=True,
        enable_suspend=True,
        output=output,
    )
