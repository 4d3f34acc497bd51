"""tpop profile show: what a profile knows, and what it does next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ...settings import default
from .. import options as opt
from ..completion import complete_profile
from ..console import stdout_console, write_json
from ..open_session import open_profile
from ..process import command

if TYPE_CHECKING:
    from ...core.describe import AxisTaste
    from ...core.picks import Pick
    from ...core.taste import Taste
    from ...session.next_turn import NextTurn
    from ...store.profile import Profile

OptionalName = Annotated[
    str | None,
    typer.Argument(
        help="Name of the profile.",
        show_default=default("profile"),
        autocompletion=complete_profile,
    ),
]


@command
def show(
    name: OptionalName = None,
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
) -> None:
    """Show what you said, what the picks say of each axis, and what comes next and why."""
    from ...core.describe import axis_tastes
    from ...store.events import encode_said
    from ...ui.taste import said_lines, taste_table

    chosen, taste = known_taste(name or profile)
    picks = chosen.picks()
    tastes = axis_tastes(taste, picks, chosen.said)
    right, decided = _count_correct(picks)
    coming = _next_turn(chosen, taste, tastes)
    if as_json:
        body = {
            "profile": chosen.name,
            "picks": len(picks),
            "predicted_right": right,
            "decided": decided,
            "said": encode_said(chosen.said),
            "axes": [
                {
                    "axis": t.axis,
                    "preferred": t.preferred,
                    "lean": round(t.preference, 4),
                    "certainty": round(t.certainty, 4),
                    "amount": t.amount,
                    "said": t.said,
                    "contradicted": t.contradicted,
                    "words": t.words,
                }
                for t in tastes
            ],
            "next": coming
            and {
                "duel": coming.asks,
                "exploit": coming.strengths[0],
                "explore": coming.strengths[1],
                "answer_why": list(coming.answer),
                "duel_why": coming.duel,
            },
        }
        write_json(body)
        return
    console = stdout_console()
    console.print(
        f"profile {chosen.name}: {len(picks)} picks, {right} of {decided} predicted correctly"
    )
    console.print(taste_table(tastes))
    for line in [*said_lines(tastes, chosen.said.wishes), *_next_lines(coming)]:
        console.print(line, markup=False, highlight=False)


def _next_turn(profile: Profile, taste: Taste, tastes: Sequence[AxisTaste]) -> NextTurn | None:
    """What the profile would do next; None by the neural reward, which chooses no styles."""
    from ...session.next_turn import next_turn
    from ...store.config import resolve

    if resolve("reward", None) == "neural":
        return None
    return next_turn(profile, taste, tastes, resolve("steer", None))


def _next_lines(coming: NextTurn | None) -> list[str]:
    """What comes next, in words."""
    from ...store.config import resolve

    if coming is None:
        return []
    ask = resolve("ask", None)
    duel = ask == "always" or (ask == "auto" and coming.asks)
    shown = "two answers: a pick could still change what you get" if duel else "one answer"
    if ask == "auto" and not duel:
        shown += ": your taste is clear enough"
    return [
        f"next question: {shown}",
        f"steered by: {' · '.join(coming.answer) or 'nothing yet, the answer is plain'}",
        f"next duel: {coming.duel}",
    ]


def known_taste(name: str | None) -> tuple[Profile, Taste]:
    """A profile, and its taste on the model that it was last used with.

    Raises:
        NoInputError: there is no such profile.
    """
    from ...session.model_response import taste_on_last_model
    from ...store.profiles import open_existing

    if name:
        open_existing(name)
    chosen = open_profile(name)
    return chosen, taste_on_last_model(chosen)


def _count_correct(picks: list[Pick]) -> tuple[int, int]:
    """How many picks were predicted correctly, and how many were predicted and decided at all."""
    correct = [pick.predicted_correctly for pick in picks if pick.predicted_correctly is not None]
    return sum(correct), len(correct)
