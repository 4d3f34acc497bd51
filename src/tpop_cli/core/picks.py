"""Picks: what a duel's outcome is, and what each verdict teaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .features import FEATURES, text_features
from .reward import AxesReward, Vector
from .taste import Taste

ArmName = Literal["exploit", "explore"]
Verdict = Literal["exploit", "explore", "tie", "both-bad", "skip"]

TIE_WEIGHT = 0.5

# verdict -> (outcome for the exploit arm, weight of the evidence). A tie is weak evidence that both are liked
# the same. That both are bad, or that nobody wanted to say, ranks nothing: such a pick teaches no reward.
OUTCOMES: Mapping[Verdict, tuple[float, float]] = {
    "exploit": (1.0, 1.0),
    "explore": (0.0, 1.0),
    "tie": (0.5, TIE_WEIGHT),
}


@dataclass(frozen=True)
class Candidate:
    """One side of a duel: the answer, and what it was decoded with.

    features: by name, in place of a text that is not to be kept; else None.
    """

    text: str
    strengths: Mapping[str, float]
    seed: int
    finish_reason: str
    features: Mapping[str, float] | None = None

    def without_text(self) -> Candidate:
        """The same as far as learning goes, and nothing that could be read."""
        measured = dict(zip(FEATURES, text_features(self.text).tolist(), strict=True))
        return replace(self, text="", features=self.features or measured)


@dataclass(frozen=True)
class Pick:
    """The outcome of a duel, stored by arm and never by side of the screen.

    Args:
        id: its number in the profile's log, from 1.
        time: when, ISO 8601 with offset.
        prompt: the last message of the user.
        exploit, explore: the two candidates.
        verdict: who was picked, or why nobody was.
        left: the arm that was shown first (left or above).
        predicted: P(exploit arm is picked) before the duel was shown, by the reward model of that moment.
        seconds: from both answers being there to the pick; None where a program decided.
        source: the command the duel was fought in.
        model: name of the model that wrote both.
        fingerprint: of the model's file.
        early: whether the user picked while answers were being written; the texts are as they stood then.
    """

    id: int
    time: str
    prompt: str
    exploit: Candidate
    explore: Candidate
    verdict: Verdict
    left: ArmName
    predicted: float
    seconds: float | None
    source: str
    model: str
    fingerprint: str
    early: bool = False

    def without_texts(self) -> Pick:
        """The pick without what was asked and answered; it teaches the same."""
        return replace(
            self,
            prompt="",
            exploit=self.exploit.without_text(),
            explore=self.explore.without_text(),
        )

    @property
    def has_texts(self) -> bool:
        """Whether it holds what was asked and answered."""
        return self.exploit.features is None and self.explore.features is None

    @property
    def winner(self) -> Candidate | None:
        """The candidate that was picked, if one was."""
        return {"exploit": self.exploit, "explore": self.explore}.get(self.verdict)

    @property
    def predicted_correctly(self) -> bool | None:
        """Whether a clear pick was predicted; None if it was not clear, or nothing was predicted (exactly ½)."""
        if self.winner is None or self.predicted == 0.5:
            return None
        return (self.predicted > 0.5) == (self.verdict == "exploit")

    @property
    def loser(self) -> Candidate | None:
        """The candidate that was passed over, if one was."""
        return {"exploit": self.explore, "explore": self.exploit}.get(self.verdict)


def learn_pick(taste: Taste, pick: Pick) -> Taste:
    """The taste after a pick: exactly as it was if the verdict teaches no ranking."""
    if pick.verdict not in OUTCOMES:
        return taste
    outcome, weight = OUTCOMES[pick.verdict]
    return taste.learn(pick_difference(taste.reward, pick), outcome, weight)


def pick_difference(reward: AxesReward, pick: Pick) -> Vector:
    """Gradient feature of the exploit arm's answer minus the explore arm's, shape (D,)."""
    return _gradient(reward, pick.exploit) - _gradient(reward, pick.explore)


def _gradient(reward: AxesReward, candidate: Candidate) -> Vector:
    known = candidate.features
    if known is None:
        return reward.gradient(candidate.strengths, candidate.text)
    return reward.gradient_of(
        candidate.strengths, np.array([known.get(name, 0.0) for name in FEATURES])
    )


def count_agreeing(reward: AxesReward, picks: Iterable[Pick]) -> list[tuple[int, int]]:
    """For each axis, in how many clear picks the winner was more like its `toward` pole, and how many there were.

    What a text is like is read off its features: x·(B_toward − B_away), the direction in which the axis moves them.
    """
    directions = reward.B[0::2] - reward.B[1::2]  # (A, F)
    toward, clear = np.zeros(len(directions), dtype=int), 0
    for pick in picks:
        if pick.verdict in ("exploit", "explore"):
            _, dx = reward.split(pick_difference(reward, pick))
            toward += directions @ (dx if pick.verdict == "exploit" else -dx) > 0
            clear += 1
    return [(int(n), clear) for n in toward]


def fold(taste: Taste, picks: Iterable[Pick]) -> Taste:
    """The taste after all of `picks`, in order."""
    for pick in picks:
        taste = learn_pick(taste, pick)
    return taste
