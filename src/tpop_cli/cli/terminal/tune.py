"""A tuning run on a terminal: eight duels, what was learned, and one answer before and after."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import cast

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from ...core.describe import axis_tastes, with_amount
from ...core.steering import active_poles
from ...session.duel import Duel, Key
from ...session.session import Session
from ...session.tuning import LAST_QUESTION, N_DUELS, begin, decoded_ahead
from ...ui.clean import clean
from ...ui.duel import STOP_KEYS, DuelView, Side, keys_line
from ...ui.live import painter
from ...ui.suspend import drawn_again
from ..process import interruptible
from .duel import ask_verdict, duel_sides, stream_duel

_KEYS = (
    ("1", "first"),
    ("2", "second"),
    ("=", "tie"),
    ("x", "both bad"),
    ("s", "skip"),
    ("d", "diff"),
    ("q", "leave"),
)


class Tuning:
    """A tuning run.

    Args:
        session: decodes and learns.
        console: where it is shown.
        questions: gone through again if there are fewer than duels.
    """

    def __init__(self, session: Session, console: Console, questions: Sequence[str]) -> None:
        self._session, self._console, self._questions = session, console, questions
        self._left = False  # by its key, and not by Ctrl-C

    def run(self) -> None:
        """Play what is left of a run. Leaving keeps what was learned.

        Raises:
            KeyboardInterrupt: Ctrl-C ended it.
        """
        done = begin(self._session)
        if done:
            self._tell(f"going on with duel {done + 1} of {N_DUELS}")
        else:
            self._tell(f"{N_DUELS} short duels: press the number of the answer you like better")
        duel = self._prepare(done)
        self._show_question(done)
        stream_duel(self._session, duel, self._console)
        while duel.complete and not self._session.engine.stop.is_set():
            with ExitStack() as ahead:
                if done + 1 < N_DUELS:
                    upcoming = self._prepare(done + 1)
                    thread = ahead.enter_context(decoded_ahead(self._session, upcoming))
                if not self._ask(duel):
                    ahead.close()
                    break
                done += 1
                if done == N_DUELS:
                    break
                self._show_question(done)
                self._watch(upcoming, thread.is_alive)
            duel = upcoming
        if done < N_DUELS:
            self._tell(f"{done} of {N_DUELS} duels: tpop tune goes on from here")
        self._show_learned()
        if done == N_DUELS:
            self._before_and_after()
        elif not self._left:
            raise KeyboardInterrupt

    def _prepare(self, n: int) -> Duel:
        return self._session.prepare_duel(self._questions[n % len(self._questions)])

    def _show_question(self, n: int) -> None:
        question = clean(self._questions[n % len(self._questions)])
        self._console.print(Text(f"\n{n + 1} of {N_DUELS} · ", "dim") + Text(question, "bold"))

    def _ask(self, duel: Duel) -> bool:
        """Ask for a pick and learn it. Returns whether the run goes on."""
        key, seconds = ask_verdict(self._session, duel, self._console, _KEYS)
        if key in (None, "q"):
            self._left = key == "q"
            self._session.engine.stop.set()  # ends what is decoded ahead
            return False
        self._session.learn(duel, duel.verdict(cast("Key", key)), seconds)
        return True

    def _watch(self, duel: Duel, running: Callable[[], bool]) -> None:
        """Show a duel while another thread decodes it."""
        footer, height = keys_line(STOP_KEYS), max(6, self._console.height - 3)
        with (
            interruptible(self._session.engine.stop),
            Live(
                Text(" writing…", "dim"), console=self._console, auto_refresh=False, transient=True
            ) as live,
            drawn_again(live),
        ):
            paint = painter(live)
            while running():
                time.sleep(0.05)
                if len(duel.arms) == 2:
                    paint(
                        lambda: Group(
                            DuelView(duel_sides(self._session, duel), height=height), footer
                        )
                    )

    def _show_learned(self) -> None:
        session = self._session
        session.engine.stop.clear()
        profile = session.learner.profile
        tastes = axis_tastes(session.taste, profile.picks(), profile.said)
        known = [one for one in tastes if one.known]
        self._console.print()
        guessed = active_poles(session.taste.reward.axes, session.strengths())
        if not known and guessed:
            names = ", ".join(with_amount(one.pole.name, abs(one.strength)) for one in guessed)
            self._tell(f"a first guess, not sure yet: {names}")
        elif not known:
            self._tell("not enough evidence for a taste yet; every pick in tpop chat counts, too")
        for one in known:
            self._console.print(Text(f"  {one.words}"))

    def _before_and_after(self) -> None:
        session, console = self._session, self._console
        if not session.strengths():
            self._tell("nothing is sure enough to change an answer yet: go on with tpop chat")
            return
        console.print(Text("\nbefore and after · ", "dim") + Text(LAST_QUESTION, "bold"))
        duel = session.prepare_duel_against_plain(LAST_QUESTION, left="explore")
        stream_duel(session, duel, console)
        if duel.complete:
            plain, steered = (Side(text, done=True) for text in duel.answers)
            console.print(DuelView((plain, steered), titles=("before", "after")))
            self._tell("go on with tpop chat; tpop profile show says more")

    def _tell(self, text: str) -> None:
        self._console.print(Text(text, "dim"))
