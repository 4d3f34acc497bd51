"""/why: the user says which difference between two answers decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.describe import taste_line
from ...core.differences import Difference, differences
from ...core.features import FEATURES
from ...core.picks import unknown_features
from ...errors import UsageError

if TYPE_CHECKING:
    from ...core.picks import Pick
    from .chat import Chat

_MOST = 3


def reasons(pick: Pick) -> list[Difference]:
    """The largest differences of the answer that was picked from the other one, three at most.

    What is unknown because an answer was cut is left out.
    """
    if pick.winner is None or pick.loser is None:
        return []
    unknown = {name for name, one in zip(FEATURES, unknown_features(pick), strict=True) if one}
    found = differences(pick.loser.text, pick.winner.text, most=len(FEATURES))
    return [one for one in found if one.feature not in unknown][:_MOST]


def why(chat: Chat, text: str) -> None:
    """Offer the reasons for the last pick, or take one by its number: the text of /why."""
    turn = chat.turns[-1] if chat.turns else None
    if turn is None or turn.pick_id is None or turn.profile != chat.profile.name:
        chat.tell("the last answer was not picked from two")
        return
    pick = chat.profile.find(turn.pick_id)
    if not pick.has_texts:
        chat.tell("the texts of this pick were not kept: nothing can be compared")
        return
    offered = reasons(pick)
    if not offered:
        chat.tell("no difference that is measured stands out")
        return
    if not text:
        listed = " · ".join(f"{n}) {one.words}" for n, one in enumerate(offered, 1))
        chat.tell(f"what decided? {listed}")
        chat.tell("/why 1 says that it was the first one")
        return
    if not (text.isdecimal() and 1 <= int(text) <= len(offered)):
        raise UsageError(f"{text!r} is none of the reasons", f"/why takes 1 to {len(offered)}")
    reason = offered[int(text) - 1]
    chat.profile.amend(pick.id, pick.verdict, reason.feature)
    line = taste_line(chat.session.taste, chat.profile.said)
    chat.tell(f"noted: {reason.words} · {line}")
