"""A chat on a terminal: its state, and how it is answered, resumed and saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import NoInputError, TpopError

if TYPE_CHECKING:
    from rich.console import Console

    from ...decoding.arm import Arm
    from ...engine.protocol import Message
    from ...session.session import Session
    from ...store.chats import SavedChat, Turn
    from ...store.profile import Profile
    from .duel import Result


@dataclass
class Chat:
    """A chat of one user with one model.

    Args:
        session: answers and learns.
        console: where the chat is shown.
        ask: when to show two answers: "auto", "always" or "never".
        keep_history: whether the chat is saved.
        turns: the questions and answers so far.
        id: of the chat on disk; a new one if empty.
        saved: whether the chat is on disk.

    Attributes:
        last_question: what /regen answers again.
        edited_question: the text that the next line starts with; its answer replaces the last turn.
        single: the messages and the single answer to them that /compare can compare.
        next_model: the model that /model chose; the loop ends and the caller loads it.
        ended: whether the user left the chat.
        fixes: of the last turn, oldest first: the turn before each /fix, and one with the fix's own
            pick, if it taught anything.
        told: the axes of which it was told that the picks contradict what the user said.
    """

    session: Session
    console: Console
    ask: str = "auto"
    keep_history: bool = True
    turns: list[Turn] = field(default_factory=list)
    id: str = ""
    saved: bool = False
    last_question: str | None = None
    edited_question: str | None = None
    single: tuple[list[Message], Arm] | None = None
    next_model: str | None = None
    ended: bool = False
    fixes: list[tuple[Turn, Turn | None]] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        from ...store.chats import new_id

        self.id = self.id or new_id()

    @property
    def profile(self) -> Profile:
        """The profile that the chat teaches."""
        assert self.session.profile is not None
        return self.session.profile

    # -- answering -------------------------------------------------------------------------------

    def next_is_duel(self) -> bool:
        """Whether the next question is answered by a duel."""
        return self.ask == "always" or (self.ask == "auto" and self.session.should_ask())

    def answer(self, question: str) -> None:
        """Answer a question with a duel, or alone if a pick would teach too little."""
        from .duel import Outcome, interactive_duel

        self.last_question, self.single = question, None
        self.fixes.clear()
        messages = self.messages(question, self.turns, tell=True)
        if not self.next_is_duel():
            self._answer_alone(question, messages)
            return
        result = interactive_duel(self.session, messages, self.console)
        if result.outcome is Outcome.stopped:
            self.tell("stopped: no pick was made. /regen asks again")
        else:
            self._add_winner(question, result)

    def answer_instead(self, question: str) -> None:
        """Replace the last question's turn by an answer to `question`; keep it if there is none."""
        before = list(self.turns)
        if before and before[-1].question == self.last_question:
            self.turns.pop()
        n = len(self.turns)
        try:
            self.answer(question)
        finally:
            if len(self.turns) == n:  # stopped, both bad, or an error
                self.turns[:] = before

    def compare(self) -> None:
        """Compare the single answer with a new one in a duel."""
        from .duel import Outcome, interactive_duel

        if self.single is None:
            self.tell("there is no single answer to compare")
            return
        messages, arm = self.single
        result = interactive_duel(self.session, messages, self.console, arm)
        if result.outcome is Outcome.stopped:
            self.tell("stopped: the answer stays")
            return
        question, self.single = self.turns.pop().question, None
        self._add_winner(question, result)

    def _add_winner(self, question: str, result: Result) -> None:
        """Add a duel's winner to the chat and say what was learned."""
        from ...session.next_turn import new_contradictions
        from ...store.chats import Turn

        answer = result.duel.chosen(result.verdict).answer
        if result.verdict == "both-bad":
            self.tell("both bad: not added to the chat. /regen asks again")
        else:
            pick = result.pick
            owner = (pick.id, self.profile.name, pick.time) if pick else ()
            self.turns.append(Turn(question, answer, *owner))
            self.print_answer(answer)
        for line in result.notes:
            self.tell(line)
        if result.pick is not None and result.pick.winner is not None and len(self.turns) == 1:
            self.tell("/why tells tpop what decided it, if you like")
        if result.unsaved:
            raise result.unsaved
        for line in new_contradictions(self.profile, self.session.taste, self.told):
            self.tell(line)

    def _answer_alone(self, question: str, messages: list[Message]) -> None:
        """Add a single answer to the chat. If it is stopped, its text so far is kept."""
        from ...store.chats import Turn
        from .duel import stream_answer

        arm = stream_answer(self.session, messages, self.console)
        if arm is None:
            self.tell("stopped")
            return
        self.turns.append(Turn(question, arm.answer))
        self.print_answer(arm.answer)
        if self.ask == "auto" and arm.finish_reason != "interrupted":
            self.single = messages, arm
            self.tell("one answer: your taste is clear enough here · c compares it with another")
            self.profile.count_single()

    # -- messages and tokens ---------------------------------------------------------------------

    def messages(
        self, question: str, turns: Sequence[Turn], *, tell: bool = False
    ) -> list[Message]:
        """The messages of `turns` and a question, without the oldest if the context is full."""
        from ...store.chats import messages_of

        kept, dropped = self.session.trim_history(
            self.session.messages(question, messages_of(turns))
        )
        if dropped and tell:
            self.tell(
                f"the context is full: the model no longer reads the oldest {dropped} messages"
            )
        return kept

    def history(self) -> list[Message]:
        """The system prompt and the messages of the chat that the next prompt will begin with."""
        return self.messages("", self.turns)[:-1]

    def context_usage(self) -> str:
        """How many tokens of the context the chat takes."""
        from ...ui.chat import context_usage

        engine = self.session.engine
        used = len(engine.chat_tokens(self._next_prompt())) if self.turns else 0
        return context_usage(used, engine.n_ctx)

    def _next_prompt(self) -> list[Message]:
        """The messages of the chat so far and an empty question."""
        from ...store.chats import messages_of

        return self.session.messages("", messages_of(self.turns))

    # -- the screen and the disk -----------------------------------------------------------------

    def tell(self, message: str) -> None:
        """Print a dim line about the chat that is not part of it."""
        from rich.text import Text

        from ...ui.clean import clean

        self.console.print(Text(clean(message), "dim"))

    def print_answer(self, text: str) -> None:
        """Print an answer as plain text that can be copied."""
        from rich.text import Text

        from ...ui.clean import clean

        self.console.print()
        self.console.print(Text(clean(text.strip())))
        self.console.print()

    def resume(self, saved: SavedChat) -> None:
        """Continue a saved chat in place of this one."""
        self.turns[:] = saved.turns
        self.id, self.saved = saved.id, True
        self.last_question, self.single = self.turns[-1].question, None
        self.fixes.clear()
        options = self.session.options
        self.session.options = replace(options, system=saved.system or options.system)
        self.tell(f"resumed {self.id}: {len(self.turns)} turns; the last answer was:")
        self.print_answer(self.turns[-1].answer)

    def save(self) -> None:
        """Save the chat, unless no history is kept; one without turns is removed from the disk.

        If that fails, say so once and keep no history.
        """
        from ...store.chats import SavedChat, delete_chat, save_chat, unused_id

        if not self.keep_history:
            return
        model = Path(self.session.engine.info.path).stem
        system = self.session.options.system
        try:
            if self.turns:
                if not self.saved:
                    self.id = unused_id(self.id)
                save_chat(SavedChat(self.id, self.profile.name, model, system, self.turns))
                self.saved = True
            elif self.saved:
                self.saved = False
                delete_chat(self.id)
        except NoInputError:
            return  # it was deleted meanwhile
        except TpopError as error:
            self.keep_history = False
            self.tell(f"the chat is not saved: {error.message}")
