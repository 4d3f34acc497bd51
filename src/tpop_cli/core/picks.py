"""Picks: what a duel's outcome is, and what each verdict teaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .reward import AxesReward, Vector

ArmName = Literal["exploit", "explore"]
Verdict = Literal["exploit", "explore", "tie", "both-bad", "skip"]

TIE_WEIGHT = 0.5

# verdict -> (outcome for the exploit arm, weight of the evidence). A tie is weak evidence that both are liked
# the same. That both are bad, or that nobody wanted to say, ranks nothing: such a pick teaches no reward.
EVIDENCE: Mapping[Verdict, tuple[float, float]] = {
    "exploit": (1.0, 1.0),
    "explore": (0.0, 1.0),
    "tie": (0.5, TIE_WEIGHT),
}


@dataclass(frozen=True)
class Candidate:
    """One side of a duel: the answer, and what it was decoded with."""

    text: str
    strengths: Mapping[str, float]
    seed: int
    finish_reason: str


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
    settings: Mapping[str, float] = field(default_factory=dict)

    @property
    def winner(self) -> Candidate | None:
        """The candidate that was picked, if one was."""
        return {"exploit": self.exploit, "explore": self.explore}.get(self.verdict)


def learn_pick(reward: AxesReward, pick: Pick) -> AxesReward:
    """The reward model after a pick: exactly as it was if the verdict teaches no ranking."""
    if pick.verdict not in EVIDENCE:
        return reward
    outcome, weight = EVIDENCE[pick.verdict]
    return reward.learn(pick_difference(reward, pick), outcome, weight)


def pick_difference(reward: AxesReward, pick: Pick) -> Vector:
    """Gradient feature of the exploit arm's answer minus the explore arm's, shape (D,)."""
    first = reward.gradient(pick.exploit.strengths, pick.exploit.text)
    return first - reward.gradient(pick.explore.strengths, pick.explore.text)


def fold(reward: AxesReward, picks: Iterable[Pick]) -> AxesReward:
    """The reward model after all of `picks`, in order."""
    for pick in picks:
        reward = learn_pick(reward, pick)
    return reward
