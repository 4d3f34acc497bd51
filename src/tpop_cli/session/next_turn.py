"""What a profile would do next: how a single answer is steered, and what a duel tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.arms import ArmRules
from ..core.asking import should_ask
from ..core.describe import AxisTaste, axis_tastes, why
from ..core.outlook import answer_reasons
from ..core.steering import Steer
from ..core.taste import Taste
from ..store.profile import Profile
from .axes_learner import ucb_pair, with_said
from .learner import StrengthsPair


@dataclass(frozen=True)
class NextTurn:
    """What the next turn of a profile is like, by the default reward.

    Args:
        strengths: of both arms; those of the exploit arm also steer a single answer.
        asks: whether a pick may change what is shown, so that it is a duel.
        answer: what steers a single answer and why, one sentence for each pole and wish.
        duel: what a duel tries and why.
    """

    strengths: StrengthsPair
    asks: bool
    answer: tuple[str, ...]
    duel: str


def next_turn(
    profile: Profile,
    taste: Taste,
    tastes: Sequence[AxisTaste],
    steer: Steer = "contrast",
    rules: ArmRules = ArmRules(),
) -> NextTurn:
    """What a profile would do next.

    Args:
        profile: whose turn it is.
        taste: its taste on a model.
        tastes: the same in words, as of `core.describe.axis_tastes`, with what the user said.
        steer: how strengths steer.
        rules: how arms are chosen.
    """
    rules = with_said(rules, profile, steer)
    first, second = ucb_pair(taste, rules)
    return NextTurn(
        (first, second),
        should_ask(taste, first, profile.singles, rules),
        tuple(answer_reasons(profile.axes, first, tastes, profile.said.wishes)),
        why(taste, first, second),
    )


def new_contradictions(profile: Profile, taste: Taste, told: set[str]) -> list[str]:
    """Where the picks are sure of the opposite of what the user said, a sentence for each axis.

    Args:
        profile: whose user.
        taste: its taste on a model.
        told: axes of which this was told before; those that are returned are added.
    """
    if not profile.said.strengths:
        return []
    tastes = axis_tastes(taste, said=profile.said)
    found = [one.axis for one in tastes if one.contradicted and one.axis not in told]
    if not found:  # most often, so the picks need not be read
        return []
    told.update(found)
    return [
        f"{one.contradiction} · /taste clear {one.axis} lets your picks decide"
        for one in axis_tastes(taste, profile.picks(), profile.said)
        if one.axis in found
    ]
