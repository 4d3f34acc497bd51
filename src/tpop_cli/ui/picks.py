"""Picks to read: one of them whole, and all of them over time."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from ..core.picks import Pick
from .clean import clean
from .duel import DuelView, Side

_WINDOW = 10  # picks that a column of the history is the mean of


def pick_view(pick: Pick) -> RenderableType:
    """The question, both answers as they were shown, and what was picked."""
    first, second = (
        (pick.exploit, pick.explore) if pick.left == "exploit" else (pick.explore, pick.exploit)
    )
    shown = DuelView(
        (
            _side(pick, first is pick.winner, first.text),
            _side(pick, second is pick.winner, second.text),
        )
    )
    about = [pick.time.replace("T", " "), pick.verdict + (", picked early" if pick.early else "")]
    if pick.seconds is not None:
        about.append(f"after {pick.seconds:.0f} s")
    about.append(f"{pick.predicted:.0%} for exploit before")
    strengths = [
        f"{name}: "
        + (", ".join(f"{axis} {s:+g}" for axis, s in candidate.strengths.items()) or "plain")
        for name, candidate in (("exploit", pick.exploit), ("explore", pick.explore))
    ]
    return Group(
        Text(f"{pick.id}. ", "bold").append(clean(pick.prompt), "bold"),
        shown if pick.has_texts else Text("no texts were kept of this pick", "dim"),
        Text(" · ".join([*about, *strengths]), "dim"),
    )


def _side(pick: Pick, won: bool, text: str) -> Side:
    return Side(text, True, "picked" if won else "")


def history_view(picks: Sequence[Pick]) -> RenderableType:
    """How many of each ten clear picks were told right before they were made, oldest first."""
    told = [
        (pick.time[:10], pick.predicted_correctly)
        for pick in picks
        if pick.predicted_correctly is not None
    ]
    if not told:
        return Text("no pick was told before it was made yet", "dim")
    lines: list[Text] = []
    for start in range(0, len(told), _WINDOW):
        some = told[start : start + _WINDOW]
        n = sum(right for _, right in some)
        line = Text(f"{some[0][0]}  ", "dim")
        line.append("█" * n, "green").append("░" * (len(some) - n), "dim")
        lines.append(line.append(f"  {n} of {len(some)}"))
    total = sum(right for _, right in told)
    return Group(
        *lines, Text(f"{total} of {len(told)} picks told right before they were made", "dim")
    )
