"""The line that the user types on in a chat: history across runs, completion of commands, more lines than one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession


def line_editor(
    commands: Sequence[str], tell: Callable[[str], None], *, kept: bool = True
) -> PromptSession[str]:
    """A prompt that completes commands and profiles, with history.

    Args:
        commands: names with their slash.
        tell: told when the history cannot be kept.
        kept: whether it is to be.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings

    from ...store.paths import data_dir
    from ...store.profiles import list_profiles

    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: object) -> None:
        event.current_buffer.insert_text("\n")  # type: ignore[attr-defined]

    history: History = InMemoryHistory()
    path = data_dir() / "history"
    if kept:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            history = FileHistory(str(path))
        except OSError as error:
            tell(f"the input history is not kept: {error.strerror}")
    words = [*commands, *(f"/profile {name}" for name in list_profiles())]
    return PromptSession(
        history=history,
        key_bindings=keys,
        completer=WordCompleter(words, sentence=True),
        complete_while_typing=False,
        enable_open_in_editor=True,
    )
