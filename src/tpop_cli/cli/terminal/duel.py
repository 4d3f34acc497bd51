"""A duel on a terminal: both candidates stream, the user picks with one key, the profile learns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal, cast

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from ...core.describe import taste_line, why
from ...core.picks import Verdict
from ...errors import TpopError
from ...session.duel import Duel, Key
from ...session.session import Session
from ...ui.duel import EARLY_KEYS, KEYS, STOP_KEYS, DuelView, Side, keys_line, thought_and_answer
from ...ui.keys import key_reader
from ...ui.live import painter
from ..runtime import interruptible

if TYPE_CHECKING:
    from ...decoding.decoder import Arm
    from ...engine.protocol import Message

_NOTES = {"length": "cut at --max-tokens", "interrupted": "stopped", "dropped": "not picked"}


class Outcome(Enum):
    """How a duel on a terminal ended."""

    picked = "picked"
    stopped = "stopped"  # by Ctrl-C: nothing was recorded


@dataclass
class Result:
    """A duel that was shown.

    Args:
        outcome: whether there is a verdict.
        duel: what was decoded.
        verdict: by arm; "skip" if stopped.
        notes: what to tell the user below the answer.
        pick_id: the pick's number, if it was saved.
        unsaved: why it could not be saved.
    """

    outcome: Outcome
    duel: Duel
    verdict: Verdict = "skip"
    notes: list[str] = field(default_factory=list)
    pick_id: int | None = None
    unsaved: TpopError | None = None


Given = tuple["Arm", dict[str, float]]
"""An answer that was shown alone, and its strengths."""


def interactive_duel(
    session: Session, messages: Sequence[Message], console: Console, given: Given | None = None
) -> Result:
    """Show a duel and ask, until there is a verdict or the user stops. With `given`, that answer is its exploit arm.

    A pick that cannot be saved is told in the notes: the answer that the user waited for is still theirs.
    """
    redone = False

    def fight(on_step: OnDuel) -> Duel:
        return (
            session.compare(messages, *given, on_step)
            if given and not redone
            else session.duel(messages, on_step)
        )

    while True:
        start = time.monotonic()
        duel, key = stream_duel(session, fight, console)
        if (
            not duel.complete or session.engine.stop.is_set()
        ):  # the stop may come with the last token
            return Result(Outcome.stopped, duel)
        seconds = time.monotonic() - start
        rate = sum(len(arm.tokens) for arm in duel.arms) / max(1e-6, seconds)
        if key is None:
            key, seconds = ask_verdict(session, duel, console)
        if key == "r":
            redone = True
            continue
        if key is None:
            return Result(Outcome.stopped, duel)
        verdict = duel.verdict(cast("Key", key))
        result = Result(Outcome.picked, duel, verdict)
        try:
            result.pick_id = session.learn(duel, verdict, seconds).id
        except TpopError as error:
            result.unsaved = error
        said = "picked early" if duel.early else _said(verdict)
        learned = "" if result.unsaved else f"{taste_line(session.taste)} · "
        result.notes.append(f"{said} · {learned}{rate:.0f} tokens/s")
        return result


def stream_answer(
    session: Session, messages: Sequence[Message], console: Console
) -> tuple[Arm | None, dict[str, float]]:
    """Show a single answer while it is written; results as of `Session.answer`. What an error cuts short stays."""
    written = Text()
    try:
        with (
            interruptible(session.engine.stop),
            Live(
                console=console, auto_refresh=False, transient=True, vertical_overflow="crop"
            ) as live,
        ):
            paint = painter(live)

            def on_step(arms: Sequence[Arm]) -> None:
                nonlocal written
                written = thought_and_answer(_side(session, arms[0]))
                paint(lambda: written)

            return session.answer(messages, on_step)
    except TpopError:
        console.print(written)
        raise


OnDuel = Callable[[Duel], None]
"""Called after every step with the duel as it stands."""


def stream_duel(
    session: Session, fight: Callable[[OnDuel], Duel], console: Console
) -> tuple[Duel, str | None]:
    """Decode both arms while showing them; returns the duel, and the key if the user picked meanwhile.

    What Ctrl-C or an error cuts short stays on the screen.
    """
    seen: Duel | None = None
    picked: Literal["1", "2"] | None = None

    def on_key(key: str | None) -> None:
        """On the thread of the keyboard."""
        nonlocal picked
        if key is None:
            session.engine.stop.set()
        elif key in ("1", "2") and seen is not None and session.early_picks and picked is None:
            picked = cast('Literal["1", "2"]', key)

    footer = keys_line(EARLY_KEYS if session.early_picks else STOP_KEYS)
    height = max(6, console.height - 1 - len(console.render_lines(footer)))
    try:
        with (
            interruptible(session.engine.stop),
            key_reader() as keys,
            Live(
                Text(" reading…", "dim"), console=console, auto_refresh=False, transient=True
            ) as live,
            keys.watching(on_key),
        ):
            live.refresh()
            paint = painter(live)

            def on_step(duel: Duel) -> None:
                nonlocal seen
                if len(duel.arms) < 2:
                    return
                seen = duel
                if picked:
                    duel.pick_early(picked)
                paint(lambda: Group(DuelView(_sides(session, duel), height=height), footer))

            duel = fight(on_step)
    except TpopError:
        if seen is not None:
            console.print(DuelView(_sides(session, seen)))
        raise
    if not duel.complete and len(duel.arms) == 2:
        console.print(DuelView(_sides(session, duel)))
    return duel, picked if duel.early else None


def ask_verdict(session: Session, duel: Duel, console: Console) -> tuple[str | None, float]:
    """Show the whole of both candidates and wait for a verdict; returns its key and the seconds it took."""
    start, marking, reason, printed = time.monotonic(), False, "", False
    while True:
        view = DuelView(_sides(session, duel), show_diff=marking)
        below = Group(*([Text(f" {reason}", "italic")] if reason else []), keys_line(KEYS))
        # What is folded away after the key must fit, on a terminal that can fold.
        fits = (
            not console.is_dumb_terminal
            and len(console.render_lines(Group(view, below))) < console.height
        )
        # What does not fit stands above and is not drawn again; what fits is folded away after the key.
        shown = below if printed else Group(view, below)
        key, printed = _key(shown, console, transient=fits), not fits
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


def _key(shown: RenderableType, console: Console, *, transient: bool) -> str | None:
    """Show something and wait for one of a duel's keys; None on Ctrl-C."""
    allowed = {key for key, _ in KEYS}
    with key_reader() as keys:
        if transient:
            with Live(shown, console=console, auto_refresh=False, transient=True):
                return keys.wait_for(allowed)
        console.print(shown)
        return keys.wait_for(allowed)


def _sides(session: Session, duel: Duel) -> tuple[Side, Side]:
    """Both arms as they stand on screen."""
    first, second = (_side(session, duel.arms[i]) for i in duel.order)
    return first, second


def _side(session: Session, arm: Arm) -> Side:
    done = arm.finish_reason is not None
    thought = arm.thought if session.options.show_thinking else ""
    return Side(
        arm.answer,
        done,
        _NOTES.get(arm.finish_reason or "", ""),
        thought,
        hidden=bool(arm.thought) and not thought,
    )


def _said(verdict: Verdict) -> str:
    return {
        "exploit": "picked",
        "explore": "picked",
        "tie": "a tie",
        "both-bad": "both bad, nothing ranked",
        "skip": "skipped, nothing learned",
    }[verdict]
