"""A single recorded pick in full, and the accuracy of predictions over time."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from ..core.picks import Pick
from .clean import clean
from .duel import DuelView, Side

_PICKS_PER_ROW = 10


def pick_view(pick: Pick) -> RenderableType:
    """The prompt, both answers in the order they were shown, and the verdict."""
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
    about.append(f"predicted: {pick.predicted:.0%} for exploit")
    strengths = [
        f"{name}: "
        + (", ".join(f"{axis} {s:+g}" for axis, s in candidate.strengths.items()) or "plain")
        for name, candidate in (("exploit", pick.exploit), ("explore", pick.explore))
    ]
    return Group(
        Text(f"{pick.id}. ", "bold").append(clean(pick.prompt), "bold"),
        shown if pick.has_texts else Text("the texts of this pick were not kept", "dim"),
        Text(" · ".join([*about, *strengths]), "dim"),
    )


def _side(pick: Pick, won: bool, text: str) -> Side:
    return Side(text, True, "picked" if won else "")


def history_view(picks: Sequence[Pick]) -> RenderableType:
    """How many picks were predicted correctly, one row for every ten, oldest first.

    Picks without a clear winner or a prediction are left out.
    """
    predicted = [
        (pick.time[:10], pick.predicted_correctly)
        for pick in picks
        if pick.predicted_correctly is not None
    ]
    if not predicted:
        return Text("no pick has been predicted yet", "dim")
    lines: list[Text] = []
    for start in range(0, len(predicted), _PICKS_PER_ROW):
        row = predicted[start : start + _PICKS_PER_ROW]
        n_right = sum(right for _, right in row)
        line = Text(f"{row[0][0]}  ", "dim")
        line.append("█" * n_right, "green").append("░" * (len(row) - n_right), "dim")
        lines.append(line.append(f"  {n_right} of {len(row)}"))
    total = sum(right for _, right in predicted)
    return Group(*lines, Text(f"{total} of {len(predicted)} picks predicted correctly", "dim"))
