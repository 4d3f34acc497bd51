"""A profile's picks in forms that other programs read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from ..core.picks import Pick
from .events import encode_said
from .profile import Profile

SCHEMA = 1


def preference_pairs(picks: Iterable[Pick]) -> Iterator[dict[str, str]]:
    """Pairs of a prompt, the chosen answer and the rejected one, as preference tuning takes them.

    Picks without a winner or without texts, and those with an empty answer or two equal ones, are
    left out: they are no pairs to learn from.
    """
    for pick in picks:
        if not (pick.winner and pick.loser and pick.has_texts):
            continue
        texts = pick.winner.text, pick.loser.text
        if all(text.strip() for text in texts) and texts[0] != texts[1]:
            yield {
                "prompt": pick.prompt,
                "chosen": pick.winner.text,
                "rejected": pick.loser.text,
            }


def profile_json(profile: Profile) -> dict[str, Any]:
    """Every pick of a profile with both texts, and what its user said.

    It is the form that `tpop profile import` reads back.
    """
    picks = [asdict(pick) for pick in profile.picks()]
    said = encode_said(profile.said)
    return {"schema": SCHEMA, "profile": profile.name, "said": said, "picks": picks}
