"""A conversation on a terminal: questions, duels, single answers, and what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import TpopError, UnavailableError
from .. import options as opt
from ..runtime import print_error
from .slash_commands import ALIASES, COMMANDS

if TYPE_CHECKING:
    from rich.console import Console

    from ...decoding.decoder import Arm
    from ...engine.protocol import Message
    from ...session.session import Session
    from ...store.chats import SavedChat, Turn
    from ...store.profile import Profile
    from .duel import Result


@dataclass
class Chat:
    """The state of one conversation.

    Args:
        session, console, ask: what answers, where, and when it asks.
        kept: whether anything of it is written down, but for the picks.
        past: what has been said.
        id: of the conversation that it is kept as; a new one if it is empty.

    Attributes:
        last_question: the one that /regen answers again.
        editing: what the next line begins with, to be changed and asked in place of the last question.
        single: the answer that `c` would compare.
        next_model: the model to go on with, once `run` has returned; None to leave.
    """

    session: Session
    console: Console
    ask: opt.Ask = opt.Ask.auto
    kept: bool = True
    past: list[Turn] = field(default_factory=list)
    last_question: str | None = None
    editing: str | None = None
    single: tuple[list[Message], Arm, dict[str, float]] | None = None
    next_model: str | None = None
    id: str = ""

    def __post_init__(self) -> None:
        from ...decoding.prefetch import Prefetcher
        from ...store.chats import new_id

        self.ahead, self.id, self._left = (
            Prefetcher(self.session.engine),
            self.id or new_id(),
            False,
        )

    @property
    def profile(self) -> Profile:
        """Whose taste it is."""
        assert self.session.profile is not None
        return self.session.profile

    def run(self) -> None:
        """Read and answer until the user leaves, or wants another model."""
        from .line_editor import line_editor

        self._greet()
        session = line_editor([*COMMANDS, *ALIASES], self.tell, kept=self.kept)
        while not self._left and self.next_model is None:
            if self.past:  # evaluated while the user reads and types
                self.ahead.start(self.session.asked("", self._said())[:-1])
            edited, self.editing = self.editing, None
            try:
                line = session.prompt(
                    [("class:prompt", "› ")], default=edited or "", rprompt=self._context_usage()
                ).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            finally:
                self.ahead.stop()
            if line == "c" and self.single:
                line = "/compare"
            if line.startswith("/"):
                self._guarded(lambda line=line: self._command(line))  # type: ignore[misc]
            elif line:
                act = self.ask_again if edited is not None else self._answer
                self._guarded(lambda act=act, line=line: act(line))  # type: ignore[misc]
            self._keep()

    def leave(self) -> None:
        """End `run`."""
        self._left = True

    def resume(self, conversation: SavedChat) -> None:
        """Go on with a conversation that was kept."""
        self.past[:] = conversation.turns
        self.id, self.last_question, self.single = conversation.id, self.past[-1].question, None
        self.session.options = replace(
            self.session.options, system=conversation.system or self.session.options.system
        )
        self.tell(f"going on with {self.id}: {len(self.past)} turns; the last answer was:")
        self.print_answer(self.past[-1].answer)

    def _command(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        found = COMMANDS.get(ALIASES.get(name, name))
        if found is None:
            self.tell(f"there is no command {name}: /help lists them")
        else:
            found[0](self, argument.strip())

    # -- answering ---------------------------------------------------------------------------------------

    def _answer(self, question: str) -> None:
        from .duel import Outcome, interactive_duel

        self.last_question, self.single = question, None
        messages = self.messages(question, self.past, tell=True)
        if self.ask is opt.Ask.never or (
            self.ask is opt.Ask.auto and not self.session.should_ask()
        ):
            self._answer_alone(question, messages)
            return
        result = interactive_duel(self.session, messages, self.console)
        if result.outcome is Outcome.stopped:
            self.tell("stopped: nothing was picked. /regen asks again")
        else:
            self._went_on(question, result)

    def ask_again(self, question: str) -> None:
        """Answer in place of the last question's turn; that stays if there is no new one."""
        before = list(self.past)
        if before and before[-1].question == self.last_question:
            self.past.pop()
        n = len(self.past)
        self._answer(question)
        if len(self.past) == n:  # stopped, or both bad
            self.past[:] = before

    def _went_on(self, question: str, result: Result) -> None:
        """Take a duel's winner into the chat, and say what was learned."""
        from ...store.chats import Turn

        answer = result.duel.chosen(result.verdict).answer
        if result.verdict == "both-bad":
            self.tell("both bad: left out of the chat. /regen asks again")
        else:
            self.past.append(Turn(question, answer, result.pick_id))
            self.print_answer(answer)
        for line in result.notes:
            self.tell(line)
        if result.unsaved:
            raise result.unsaved

    def _answer_alone(self, question: str, messages: list[Message]) -> None:
        """One answer, because a duel would teach too little. One that is stopped stays as far as it came."""
        from ...store.chats import Turn
        from .duel import stream_answer

        arm, strengths = stream_answer(self.session, messages, self.console)
        if arm is None:
            self.tell("stopped")
            return
        self.past.append(Turn(question, arm.answer))
        self.print_answer(arm.answer)
        if self.ask is opt.Ask.auto and arm.finish_reason != "interrupted":
            self.single = messages, arm, strengths
            self.tell("one answer: your taste is clear enough here · c compares it with another")
            self.profile.count_single()

    def compare(self) -> None:
        """A duel of the single answer with another one."""
        from .duel import Outcome, interactive_duel

        if self.single is None:
            self.tell("there is no single answer to compare with another")
            return
        messages, arm, strengths = self.single
        result = interactive_duel(self.session, messages, self.console, (arm, strengths))
        if result.outcome is Outcome.stopped:
            self.tell("stopped: the answer stays as it was")
            return
        question, self.single = self.past.pop().question, None
        self._went_on(question, result)

    def _said(self, past: Sequence[Turn] | None = None) -> Sequence[Message]:
        from ...store.chats import messages_of

        return messages_of(self.past if past is None else past)

    def messages(self, question: str, past: Sequence[Turn], *, tell: bool = False) -> list[Message]:
        """The chat with a question; the oldest turns are left out when the context is full."""
        kept, dropped = self.session.trimmed(self.session.asked(question, self._said(past)))
        if dropped and tell:
            self.tell(f"the context is full: the oldest {dropped} messages are no longer read")
        return kept

    # -- the screen and the disk -------------------------------------------------------------------------

    def _greet(self) -> None:
        picks = f"{self.profile.n_picks} picks" if self.profile.n_picks else "no picks yet"
        self.tell(
            f"{Path(self.session.engine.info.path).stem} · profile {self.profile.name}, {picks} · /help"
        )

    def used(self) -> int:
        """Tokens of context that the chat takes so far."""
        return (
            len(self.session.engine.chat_tokens(self.session.asked("", self._said())))
            if self.past
            else 0
        )

    def _context_usage(self) -> str:
        from ...ui.chat import context_usage

        return context_usage(self.used(), self.session.engine.n_ctx) if self.past else ""

    def _keep(self) -> None:
        """Write the chat down, so that it can be gone on with."""
        from ...store.chats import SavedChat, save_chat

        if not self.kept:
            return
        model = Path(self.session.engine.info.path).stem
        try:
            save_chat(
                SavedChat(self.id, self.profile.name, model, self.session.options.system, self.past)
            )
        except TpopError as error:
            self.kept = False
            self.tell(f"the chat is not kept: {error.message}")

    def tell(self, message: str) -> None:
        """A dim line about the chat, not of it."""
        from rich.text import Text

        from ...ui.clean import clean

        self.console.print(Text(clean(message), "dim"))

    def print_answer(self, text: str) -> None:
        """The answer that goes on, as plain text that can be copied."""
        from rich.text import Text

        from ...ui.clean import clean

        self.console.print()
        self.console.print(Text(clean(text.strip())))
        self.console.print()

    def _guarded(self, action: Callable[[], None]) -> None:
        """An error ends the command, not the chat, while there is a model."""
        try:
            action()
        except UnavailableError:
            raise  # without its server the model is gone
        except TpopError as error:
            print_error(error)
        except KeyboardInterrupt:
            self.tell("stopped")
