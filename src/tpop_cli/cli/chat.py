"""tpop chat: a conversation in which every answer is a duel."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import TpopError, UnavailableError, UsageError
from . import options as opt
from .line import HELP, line_editor
from .past import Turn, messages_of
from .runtime import (
    command,
    open_profile,
    open_turns,
    print_error,
    stdout_console,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from ..decode import Arm
    from ..engine.protocol import Message
    from ..turn import Turns
    from .duelling import Result


@command
@opt.with_decoding_options
def chat(
    profile: opt.ProfileOption = None,
    ask: opt.AskOption = opt.Ask.auto,
    reward: opt.RewardOption = opt.Reward.axes,
    rebuild: opt.RebuildOption = False,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Chat. Answers come twice; your pick goes on in the chat, and the next answers follow your taste.

    Once your taste is clear, single answers come too; c compares such an answer with another. Keys after two
    answers: 1 or 2 picks, = is a tie, x both bad, s skip, r redo. Alt-Enter starts a new line. Ctrl-C stops an
    answer and keeps the chat. /help lists the commands.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("tpop chat needs a terminal", 'in scripts: tpop ask "..." --pick auto')
    chosen = open_profile(profile)
    with open_turns(decoding, chosen, "chat", reward, rebuild) as turns:
        Chat(turns, stdout_console(), ask).run()


@dataclass
class Chat:
    """The state of one conversation, and its commands."""

    turns: Turns
    console: Console
    ask: opt.Ask = opt.Ask.auto
    past: list[Turn] = field(default_factory=list)
    last_question: str | None = None
    single: tuple[list[Message], Arm, dict[str, float]] | None = None  # the answer that `c` would compare

    def __post_init__(self) -> None:
        from ..ahead import ReadAhead

        self.ahead = ReadAhead(self.turns.engine)

    def run(self) -> None:
        """Read and answer until the user leaves. While they read and type, the chat so far is evaluated."""
        self._greet()
        session = line_editor(HELP, self._tell)
        while True:
            if self.past:
                self.ahead.start(self.turns.asked("", messages_of(self.past))[:-1])
            try:
                line = session.prompt([("class:prompt", "› ")]).strip()
            except KeyboardInterrupt:
                continue
            except EOFError:
                return
            finally:
                self.ahead.stop()
            if not line:
                continue
            if line == "c" and self.single:
                line = "/compare"
            if not line.startswith("/"):
                self._guarded(lambda line=line: self._answer(line))  # type: ignore[misc]
                continue
            name, _, argument = line.partition(" ")
            if name in ("/quit", "/exit"):
                return
            action = self._commands().get(name)
            if action is None:
                self._tell(f"there is no command {name}: /help lists them")
            else:
                self._guarded(lambda action=action, argument=argument: action(argument.strip()))  # type: ignore[misc]

    # -- answering ---------------------------------------------------------------------------------------

    def _answer(self, question: str) -> None:
        from .duelling import Outcome, interactive_duel

        self.last_question, self.single = question, None
        messages = self._messages(question)
        if self.ask is opt.Ask.never or (self.ask is opt.Ask.auto and not self.turns.should_ask()):
            self._answer_alone(question, messages)
            return
        result = interactive_duel(self.turns, messages, self.console)
        if result.outcome is Outcome.stopped:
            self._tell("stopped: nothing was picked. /redo asks again")
        else:
            self._went_on(question, result)

    def _went_on(self, question: str, result: Result) -> None:
        """Take a duel's winner into the chat, and say what was learned."""
        answer = result.duel.chosen(result.verdict).text
        if result.verdict == "both-bad":
            self._tell("both bad: left out of the chat. /redo asks again")
        else:
            self.past.append(Turn(question, answer, result.pick_id))
            self._print_answer(answer)
        for line in result.notes:
            self._tell(line)

    def _answer_alone(self, question: str, messages: list[Message]) -> None:
        """One answer, because a duel would teach too little."""
        from .duelling import stream_answer

        arm, strengths = stream_answer(self.turns, messages, self.console)
        if arm is None:
            self._tell("stopped")
            return
        self.past.append(Turn(question, arm.text, None))
        self._print_answer(arm.text)
        if self.ask is opt.Ask.auto and arm.finish_reason != "interrupted":
            assert self.turns.profile is not None
            self.single = messages, arm, strengths
            self._tell("one answer: your taste is clear enough here · c compares it with another")
            self.turns.profile.count_single()

    def _compare(self, _: str) -> None:
        from .duelling import Outcome, interactive_duel

        if self.single is None:
            self._tell("there is no single answer to compare with another")
            return
        messages, arm, strengths = self.single
        result = interactive_duel(self.turns, messages, self.console, (arm, strengths))
        if result.outcome is Outcome.stopped:
            self._tell("stopped: the answer stays as it was")
            return
        question, self.single = self.past.pop().question, None
        self._went_on(question, result)

    def _messages(self, question: str) -> list[Message]:
        """The chat with its new question; the oldest turns are left out when the context is full."""
        from ..plan import trim

        kept, dropped = trim(
            self.turns.engine,
            self.turns.asked(question, messages_of(self.past)),
            self.turns.options.max_tokens,
        )
        if dropped:
            self._tell(f"the context is full: the oldest {dropped} messages are no longer read")
        return kept

    # -- commands ----------------------------------------------------------------------------------------

    def _commands(self) -> dict[str, Callable[[str], None]]:
        return {
            "/help": self._help,
            "/undo": self._undo,
            "/redo": self._redo,
            "/compare": self._compare,
            "/plain": self._plain,
            "/taste": self._taste,
            "/profile": self._profile,
        }

    def _help(self, _: str) -> None:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for name, meaning in HELP.items():
            table.add_row(Text(name, "bold"), Text(meaning))
        self.console.print(table)

    def _undo(self, _: str) -> None:
        if not self.past:
            self._tell("nothing to undo in this chat; `tpop picks undo` takes back older picks")
            return
        turn = self.past[-1]
        if turn.pick_id is not None:
            self.turns.undo(turn.pick_id)
        self.past.pop()
        self._tell("undone: the pick is forgotten and its turn is out of the chat")

    def _redo(self, _: str) -> None:
        if self.last_question is None:
            self._tell("there is no question to answer again")
            return
        before = list(self.past)
        if before and before[-1].question == self.last_question:
            self.past = before[:-1]
        n = len(self.past)
        self._answer(self.last_question)
        if len(self.past) == n:  # stopped, or both bad: what was there before stays
            self.past = before

    def _plain(self, _: str) -> None:
        from ..turn import Turns
        from .duelling import stream_answer

        if self.last_question is None:
            self._tell("there is no question to answer yet")
            return
        before = self.past[:-1] if self.past and self.past[-1].question == self.last_question else self.past
        plain = Turns(self.turns.engine, None, self.turns.options)
        current, self.past = self.past, before
        try:
            messages = self._messages(self.last_question)
        finally:
            self.past = current
        arm = stream_answer(plain, messages, self.console)[0]
        if arm is not None:
            self._tell("without your taste:")
            self._print_answer(arm.text)

    def _taste(self, _: str) -> None:
        self.console.print(self._taste_view())

    def _profile(self, name: str) -> None:
        if name:
            self.turns.use(open_profile(name))
        assert self.turns.profile is not None
        self._tell(f"profile {self.turns.profile.name}, {self.turns.profile.n_picks} picks")

    # -- the screen --------------------------------------------------------------------------------------

    def _taste_view(self) -> RenderableType:
        from ..ui.taste import axis_tastes, taste_table

        return taste_table(axis_tastes(self.turns.taste))

    def _greet(self) -> None:
        from pathlib import Path

        profile = self.turns.profile
        assert profile is not None
        picks = f"{profile.n_picks} picks" if profile.n_picks else "no picks yet"
        self._tell(f"{Path(self.turns.engine.info.path).stem} · profile {profile.name}, {picks} · /help")

    def _tell(self, message: str) -> None:
        from rich.text import Text

        from ..ui.clean import clean

        self.console.print(Text(clean(message), "dim"))

    def _print_answer(self, text: str) -> None:
        from rich.text import Text

        from ..ui.clean import clean

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
            self._tell("stopped")
