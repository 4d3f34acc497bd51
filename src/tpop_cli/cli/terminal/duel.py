"""A duel on a terminal: both answers stream, the user picks with one key, the profile learns."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Literal, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from ...core.describe import taste_line, why
from ...core.picks import Pick, Verdict
from ...errors import TpopError
from ...session.duel import Duel, Key
from ...session.session import Session
from ...ui.duel import EARLY_KEYS, KEYS, STOP_KEYS, DuelView, Side, keys_line, thought_and_answer
from ...ui.keys import key_reader
from ...ui.live import painter
from ...ui.suspend import drawn_again
from ..process import interruptible

if TYPE_CHECKING:
    from ...decoding.arm import Arm
    from ...engine.protocol import Message

_FINISH_TEXTS = {"length": "cut at --max-tokens", "interrupted": "stopped", "dropped": "not picked"}
_OUTCOME_TEXTS: dict[Verdict, str] = {
    "exploit": "picked",
    "explore": "picked",
    "tie": "a tie",
    "both-bad": "both bad, nothing learned",
    "skip": "skipped, nothing learned",
}


class Outcome(Enum):
    """How a duel on a terminal ended."""

    picked = "picked"
    stopped = "stopped"  # by Ctrl-C: no pick was recorded


@dataclass
class Result:
    """A duel that was shown.

    Args:
        outcome: whether there is a verdict.
        duel: what was decoded.
        verdict: about the arms; "skip" if stopped.
        notes: lines to show below the answer.
        pick: as it was saved, if it was.
        unsaved: why the pick could not be saved, if so.
    """

    outcome: Outcome
    duel: Duel
    verdict: Verdict = "skip"
    notes: list[str] = field(default_factory=list)
    pick: Pick | None = None
    unsaved: TpopError | None = None


def interactive_duel(
    session: Session, messages: Sequence[Message], console: Console, given: Arm | None = None
) -> Result:
    """Show a duel and ask, until there is a verdict or the user stops.

    Args:
        session: decodes and learns.
        messages: the chat, the question last.
        console: where the duel is shown.
        given: an answer that was shown alone; it is the duel's exploit arm.

    Returns:
        The outcome. It also holds why a pick could not be saved: the answer is shown anyway.
    """
    while True:
        start = time.monotonic()
        if given is None:
            duel = session.prepare_duel(messages)
        else:
            duel = session.prepare_comparison(messages, given)
        key = stream_duel(session, duel, console)
        # The stop flag may be set by Ctrl-C together with the last token.
        if not duel.complete or session.engine.stop.is_set():
            return Result(Outcome.stopped, duel)
        seconds = time.monotonic() - start
        rate = sum(len(arm.tokens) for arm in duel.arms) / max(1e-6, seconds)
        if key is None and duel.is_empty:  # there is nothing to pick
            key, seconds = "s", 0.0
        if key is None:
            key, seconds = ask_verdict(session, duel, console)
        if key == "r":
            given = None
            continue
        if key is None:
            return Result(Outcome.stopped, duel)
        verdict = duel.verdict(cast("Key", key))
        result = Result(Outcome.picked, duel, verdict)
        try:
            result.pick = session.learn(duel, verdict, seconds)
        except TpopError as error:
            result.unsaved = error
        outcome = "picked early" if duel.early else _OUTCOME_TEXTS[verdict]
        learned = (
            ""
            if result.unsaved
            else f"{taste_line(session.taste, session.learner.profile.said)} · "
        )
        result.notes.append(f"{outcome} · {learned}{rate:.0f} tokens/s")
        why_empty = duel.chosen(verdict).why_empty
        if why_empty:
            result.notes.append(f"the answer is empty: {why_empty}")
        return result


def stream_answer(session: Session, messages: Sequence[Message], console: Console) -> Arm | None:
    """Show a single answer while it is decoded; the result is that of `Session.answer`.

    If an error ends it, the text so far stays on the screen.
    """
    arm = None
    try:
        with (
            interruptible(session.engine.stop),
            Live(
                console=console, auto_refresh=False, transient=True, vertical_overflow="crop"
            ) as live,
            drawn_again(live),
        ):
            paint = painter(live)
            for arm in session.answer_steps(messages):
                paint(partial(thought_and_answer, _side(session, arm)))
    except TpopError:
        if arm is not None:
            console.print(thought_and_answer(_side(session, arm)))
        raise
    return arm


def stream_duel(session: Session, duel: Duel, console: Console) -> str | None:
    """Show a duel while its arms are decoded. If Ctrl-C or an error ends it, the text so far stays.

    Returns:
        The key of an early pick, if the user made one.
    """
    picks_early = duel.against_plain or session.learner.independent_arms
    picked: Literal["1", "2"] | None = None

    def on_key(key: str | None) -> None:
        """Called on the keyboard's thread."""
        nonlocal picked
        if key is None:
            session.engine.stop.set()
        elif key in ("1", "2") and len(duel.arms) == 2 and picks_early and picked is None:
            picked = cast('Literal["1", "2"]', key)

    footer = keys_line(EARLY_KEYS if picks_early else STOP_KEYS)
    height = max(6, console.height - 1 - len(console.render_lines(footer)))
    try:
        with (
            interruptible(session.engine.stop),
            key_reader() as keys,
            Live(
                Text(" reading…", "dim"), console=console, auto_refresh=False, transient=True
            ) as live,
            drawn_again(live),
            keys.watching(on_key),
        ):
            live.refresh()
            paint = painter(live)
            for _ in session.decode_duel(duel):
                if len(duel.arms) < 2:
                    continue
                if picked:
                    duel.pick_early(picked)
                paint(lambda: Group(DuelView(duel_sides(session, duel), height=height), footer))
    except TpopError:
        if len(duel.arms) == 2:
            console.print(DuelView(duel_sides(session, duel)))
        raise
    if not duel.complete and len(duel.arms) == 2:
        console.print(DuelView(duel_sides(session, duel)))
    return picked if duel.early else None


def ask_verdict(
    session: Session, duel: Duel, console: Console, offered: Sequence[tuple[str, str]] = KEYS
) -> tuple[str | None, float]:
    """Show both complete answers and wait for a verdict, by one of the keys that are offered.

    Returns:
        (the key, None on Ctrl-C; the seconds until it was pressed).
    """
    start, marking, reason, printed = time.monotonic(), False, "", False
    while True:
        view = DuelView(duel_sides(session, duel), show_diff=marking)
        below = Group(*([Text(f" {reason}", "italic")] if reason else []), keys_line(offered))
        # A view that fits the screen is erased after the key, if the terminal can do that. A view
        # that does not fit is printed once, and afterwards only the line of keys is.
        fits = (
            not console.is_dumb_terminal
            and len(console.render_lines(Group(view, below))) < console.height
        )
        shown = below if printed else Group(view, below)
        key, printed = _key(shown, console, offered, transient=fits), not fits
        if key == "d":
            marking, printed = not marking, False
        elif key == "e":
            reason = why(session.taste, *duel.strengths)
        elif key == "v":
            os.environ.setdefault("LESS", "-R")  # or `less` would show the colours as characters
            with console.pager(styles=True):
                console.print(view)
        else:
            return key, time.monotonic() - start


def _key(
    shown: RenderableType,
    console: Console,
    offered: Sequence[tuple[str, str]],
    *,
    transient: bool,
) -> str | None:
    """Show a view and wait for one of the keys that are offered; None on Ctrl-C."""
    allowed = {key for key, _ in offered}
    with key_reader() as keys:
        if transient:
            view = Live(shown, console=console, auto_refresh=False, transient=True)
            with view, drawn_again(view):
                return keys.wait_for(allowed)
        console.print(shown)
        with drawn_again(redraw=lambda: console.print(shown)):
            return keys.wait_for(allowed)


def duel_sides(session: Session, duel: Duel) -> tuple[Side, Side]:
    """Both arms, in the order in which they are shown."""
    first, second = (_side(session, duel.arms[i]) for i in duel.order)
    return first, second


def _side(session: Session, arm: Arm) -> Side:
    done = arm.finish_reason is not None
    thought = arm.thought if session.options.show_thinking else ""
    return Side(
        arm.answer,
        done,
        _FINISH_TEXTS.get(arm.finish_reason or "", ""),
        thought,
        hidden=bool(arm.thought) and not thought,
    )
