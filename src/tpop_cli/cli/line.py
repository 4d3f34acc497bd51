"""The line that the user types on in a chat: history across runs, completion of commands, more lines than one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

HELP = {
    "/help": "this list",
    "/undo": "take the last pick back, and its turn out of the chat",
    "/redo": "answer the last question again, with two new candidates",
    "/compare": "the last answer, which came alone, against another; c does the same",
    "/plain": "the last question answered without your taste, to compare",
    "/taste": "what has been learned of your taste",
    "/profile": "the profile; /profile NAME changes it",
    "/quit": "leave (also Ctrl-D)",
}


def line_editor(commands: Mapping[str, str], tell: Callable[[str], None]) -> PromptSession[str]:
    """A prompt with history; `tell` is told when none can be kept."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings

    from ..store.paths import data_dir

    keys = KeyBindings()

    @keys.add("escape", "enter")
    def _(event: object) -> None:
        event.current_buffer.insert_text("\n")  # type: ignore[attr-defined]

    history: History = InMemoryHistory()
    path = data_dir() / "history"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        history = FileHistory(str(path))
    except OSError as error:
        tell(f"the input history is not kept: {error.strerror}")
    return PromptSession(
        history=history,
        key_bindings=keys,
        completer=WordCompleter([*commands], sentence=True),
        complete_while_typing=False,
    )
