"""Reading lines on a terminal: questions, slash commands, and errors that do not end the chat."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ...errors import TpopError, UnavailableError
from ..console import print_error
from .chat import Chat
from .slash_commands import ALIASES, COMMANDS


class ChatLoop:
    """Reads what the user types and does it, until they leave or choose another model.

    Args:
        chat: the chat to continue.
    """

    def __init__(self, chat: Chat) -> None:
        from ...decoding.prefetch import Prefetcher

        self._chat, self._prefetcher = chat, Prefetcher(chat.session.engine)

    def run(self) -> None:
        """Read and answer lines. Afterwards `chat.next_model` names the model to continue with."""
        from .line_editor import line_editor

        chat = self._chat
        self._greet()
        editor = line_editor([*COMMANDS, *ALIASES], chat.tell, keep_history=chat.keep_history)
        while not chat.ended and chat.next_model is None:
            if chat.turns:  # evaluated while the user reads and types
                instructions = chat.session.next_instructions(chat.next_is_duel())
                self._prefetcher.start(chat.history(), instructions)
            edited, chat.edited_question = chat.edited_question, None
            try:
                line = editor.prompt(
                    [("class:prompt", "› ")],
                    default=edited or "",
                    rprompt=chat.context_usage() if chat.turns else "",
                ).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            finally:
                self._prefetcher.stop()
            if line == "c" and chat.single:
                line = "/compare"
            if line.startswith("/"):
                self._guard(partial(self._run_command, line))
            elif line:
                answer = chat.answer if edited is None else chat.answer_instead
                self._guard(partial(answer, line))
            self._guard(chat.save)

    def _greet(self) -> None:
        from ...core.describe import said_words

        profile = self._chat.profile
        picks = f"{profile.n_picks} picks" if profile.n_picks else "no picks yet"
        model = Path(self._chat.session.engine.info.path).stem
        said = ", ".join(said_words(profile.said, profile.axes))
        spoken = f" · you said: {said}" if said else ""
        self._chat.tell(f"{model} · profile {profile.name}, {picks}{spoken} · /help")

    def _run_command(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        found = COMMANDS.get(ALIASES.get(name, name))
        if found is None:
            self._chat.tell(f"there is no command {name}: /help lists them")
        else:
            found[0](self._chat, argument.strip())

    def _guard(self, action: Callable[[], None]) -> None:
        """Do one line's action. An error ends the action, not the chat, while there is a model."""
        try:
            action()
        except UnavailableError:
            raise  # the server that held the model is gone
        except TpopError as error:
            print_error(error)
        except KeyboardInterrupt:
            self._chat.tell("stopped")
