"""A duel on a terminal: both candidates stream, the user picks with one key, the profile learns."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, cast

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from ..core.picks import Verdict
from ..errors import TpopError
from ..turn import Duel, Key, Turns
from ..ui.clean import clean
from ..ui.duel import KEYS, DuelView, Side, keys_line
from ..ui.keys import key_reader
from ..ui.live import painter
from ..ui.taste import taste_line
from .runtime import interruptible

if TYPE_CHECKING:
    from ..decode import Arm
    from ..engine.protocol import Message

COLORS = ("cyan", "magenta")
_NOTES = {"length": "cut at --max-tokens", "interrupted": "stopped"}


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
    """

    outcome: Outcome
    duel: Duel
    verdict: Verdict = "skip"
    notes: list[str] = field(default_factory=list)
    pick_id: int | None = None


Given = tuple["Arm", dict[str, float]]
"""An answer that was shown alone, and its strengths."""


def interactive_duel(
    turns: Turns, messages: Sequence[Message], console: Console, given: Given | None = None
) -> Result:
    """Show a duel and ask, until there is a verdict or the user stops. With `given`, that answer is its exploit arm.

    A pick that cannot be saved is told in the notes: the answer that the user waited for is still theirs.
    """
    while True:
        duel, rate = _stream(turns, messages, console, given)
        if not duel.complete:
            if len(duel.arms) == 2:
                console.print(DuelView(_sides(duel), COLORS))
            return Result(Outcome.stopped, duel)
        key, seconds = _ask(duel, console)
        if key == "r":
            given = None
            continue
        if key is None:
            return Result(Outcome.stopped, duel)
        verdict = duel.verdict(cast("Key", key))
        result = Result(Outcome.picked, duel, verdict)
        try:
            result.pick_id = turns.learn(duel, verdict, seconds).id
        except TpopError as error:
            result.notes.append(f"not saved: {error.message}")
        result.notes.append(f"{_said(verdict)} · {taste_line(turns.taste)} · {rate:.0f} tokens/s")
        return result


def stream_answer(turns: Turns, messages: Sequence[Message], console: Console) -> tuple[Arm | None, dict[str, float]]:
    """Show a single answer while it is written; results as of `Turns.answer`. What an error cuts short stays."""
    written = ""
    try:
        with (
            interruptible(turns.engine.stop),
            Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop") as live,
        ):
            paint = painter(live)

            def on_step(arms: Sequence[Arm]) -> None:
                nonlocal written
                written = arms[0].text
                paint(lambda: Text(clean(written)))

            return turns.answer(messages, on_step)
    except TpopError:
        console.print(Text(clean(written)))
        raise


def _stream(turns: Turns, messages: Sequence[Message], console: Console, given: Given | None) -> tuple[Duel, float]:
    """Decode both arms while showing them; returns the duel and its tokens a second.

    What an error cuts short stays on the screen.
    """
    height = max(6, console.height - 2)
    start = time.monotonic()
    seen: Duel | None = None
    try:
        with (
            interruptible(turns.engine.stop),
            Live(Text(" reading…", "dim"), console=console, auto_refresh=False, transient=True) as live,
        ):
            live.refresh()
            paint = painter(live)

            def on_step(duel: Duel) -> None:
                nonlocal seen
                seen = duel
                paint(lambda: DuelView(_sides(duel), COLORS, height))

            duel = turns.compare(messages, *given, on_step) if given else turns.duel(messages, on_step)
    except TpopError:
        if seen is not None:
            console.print(DuelView(_sides(seen), COLORS))
        raise
    tokens = sum(len(arm.tokens) for arm in duel.arms)
    return duel, tokens / max(1e-6, time.monotonic() - start)


def _ask(duel: Duel, console: Console) -> tuple[str | None, float]:
    """Show the whole of both candidates and wait for a key; returns it and the seconds it took."""
    view = DuelView(_sides(duel), COLORS)
    footer = keys_line()
    keys = {key for key, _ in KEYS}
    start = time.monotonic()
    with key_reader() as reader:
        if len(console.render_lines(Group(view, footer))) < console.height:
            # It fits: shown in place, and folded away after the pick.
            with Live(Group(view, footer), console=console, auto_refresh=False, transient=True):
                key = reader.wait_for(keys)
        else:
            console.print(view)
            console.print(footer)
            key = reader.wait_for(keys)
    return key, time.monotonic() - start


def _sides(duel: Duel) -> tuple[Side, Side]:
    """Both arms as they stand on screen."""
    first, second = (
        Side(arm.text, arm.finish_reason is not None, _NOTES.get(arm.finish_reason or "", ""))
        for arm in (duel.arms[i] for i in duel.order)
    )
    return first, second


def _said(verdict: Verdict) -> str:
    return {
        "exploit": "picked",
        "explore": "picked",
        "tie": "a tie",
        "both-bad": "both bad, nothing ranked",
        "skip": "skipped, nothing learned",
    }[verdict]
