"""An answer that the user edited: the edited text over the original is a pick."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import numpy as np

from ..core.features import text_features
from ..core.picks import Candidate, Pick, pick_difference
from ..store.profile import Profile

SOURCE = "fix"
"""The source of its picks."""


def learn_fix(
    profile: Profile, question: str, original: str, edited: str, *, keep_texts: bool = True
) -> Pick | None:
    """Learn from an edit, as from a duel that the edited text has won.

    Both texts count as decoded without any style, so that text features alone teach, and nothing is
    learned of the model.

    Args:
        profile: learns.
        question: what was answered.
        original, edited: both texts.
        keep_texts: whether the pick is logged with its texts.

    Returns:
        The pick; None if no text feature differs, so that the edit teaches nothing.

    Raises:
        BadDataError, BusyError, NoInputError, StorageError: as `Profile.record`.
    """
    if np.array_equal(text_features(original), text_features(edited)):
        return None
    pick = Pick(
        id=0,
        time=datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds"),
        prompt=question,
        exploit=Candidate(edited, {}, 0, "stop"),
        explore=Candidate(original, {}, 0, "stop"),
        verdict="exploit",
        left="exploit",
        predicted=0.5,
        seconds=None,
        source=SOURCE,
        model="",
        fingerprint="",
    )
    reward = profile.taste.reward
    pick = replace(pick, predicted=reward.predict(pick_difference(reward, pick)))
    return profile.record(pick if keep_texts else pick.without_texts())
