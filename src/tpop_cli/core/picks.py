"""Picks: the outcomes of duels, and what each verdict teaches the reward model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from .features import FEATURES, text_features
from .reward import AxesReward, Vector
from .taste import Taste

ArmName = Literal["exploit", "explore"]
Verdict = Literal["exploit", "explore", "tie", "both-bad", "skip"]

TIE_WEIGHT = 0.5
REASON_WEIGHT = 1.0
"""Weight of a named reason (docs/taste.md has the measurement)."""

ENDINGS: tuple[str, ...] = ("ends with a question", "closing offer")
"""Text features of how an answer ends."""

_CUT = ("length", "dropped", "interrupted")  # reasons other than that the model ended an answer
_LENGTH = FEATURES.index("length")

OUTCOMES: Mapping[Verdict, tuple[float, float]] = {
    "exploit": (1.0, 1.0),
    "explore": (0.0, 1.0),
    "tie": (0.5, TIE_WEIGHT),
}
"""Verdict -> (outcome for the exploit arm, weight of the evidence).

A tie is weak evidence that both answers are liked equally. "both-bad" and "skip" do not rank the
answers, so they teach nothing and are absent here.
"""


@dataclass(frozen=True)
class Candidate:
    """One side of a duel: an answer and how it was decoded.

    Args:
        text: the answer; empty if texts are not kept.
        strengths: the strengths it was decoded with.
        seed: the seed it was sampled with.
        finish_reason: why decoding ended.
        features: raw text features by name, kept in place of the text; None while it is kept.
    """

    text: str
    strengths: Mapping[str, float]
    seed: int
    finish_reason: str
    features: Mapping[str, float] | None = None

    def without_text(self) -> Candidate:
        """The same candidate for learning, with features in place of the text."""
        measured = dict(zip(FEATURES, text_features(self.text).tolist(), strict=True))
        return replace(self, text="", features=self.features or measured)


@dataclass(frozen=True)
class Pick:
    """The outcome of a duel, stored by arm and not by position on the screen.

    A pick is *clear* if one of the two candidates won.

    Args:
        id: its number in the profile's log, from 1.
        time: time of the pick, ISO 8601 with offset.
        prompt: the last message of the user.
        exploit, explore: the two candidates.
        verdict: the arm that won, or why none did.
        left: the arm shown first (left or above).
        predicted: P(exploit arm wins), by the reward model before the pick.
        seconds: time from both answers being complete to the pick; None if a program decided.
        source: the command that ran the duel.
        model: name of the model that wrote both answers.
        fingerprint: fingerprint of the model's file.
        early: whether the user picked before both answers were complete; the texts are what was on
            the screen at that moment.
        steer: how the strengths steered the answers, one of `core.steering.Steer`; empty if that is
            not known.
        reason: the text feature that the user named as what decided; empty if none was named.
        own_axes: name of an axis of the user's own that was on -> its `Axis.identity`; None if that
            is not known.
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
    steer: str = ""
    own_axes: Mapping[str, str] | None = None
    reason: str = ""

    def without_texts(self) -> Pick:
        """The pick without its prompt and answers; it teaches the same."""
        return replace(
            self,
            prompt="",
            exploit=self.exploit.without_text(),
            explore=self.explore.without_text(),
        )

    @property
    def has_texts(self) -> bool:
        """Whether the prompt and both answers were kept."""
        return self.exploit.features is None and self.explore.features is None

    @property
    def winner(self) -> Candidate | None:
        """The candidate that was picked; None unless the pick is clear."""
        return {"exploit": self.exploit, "explore": self.explore}.get(self.verdict)

    @property
    def loser(self) -> Candidate | None:
        """The candidate that was not picked; None unless the pick is clear."""
        return {"exploit": self.explore, "explore": self.exploit}.get(self.verdict)

    @property
    def predicted_correctly(self) -> bool | None:
        """Whether the more probable candidate won.

        None if the pick is not clear, or if both candidates were exactly as probable.
        """
        if self.winner is None or self.predicted == 0.5:
            return None
        return (self.predicted > 0.5) == (self.verdict == "exploit")


def learn_pick(taste: Taste, pick: Pick) -> Taste:
    """The taste after a pick; the same object if the verdict does not rank the answers.

    A reason is one more observation, of a pair that differs in the named feature alone.
    """
    if pick.verdict not in OUTCOMES:
        return taste
    outcome, weight = OUTCOMES[pick.verdict]
    difference = pick_difference(taste.reward, pick)
    learned = taste.learn(difference, outcome, weight)
    if pick.winner is None or pick.reason not in FEATURES:
        return learned
    alone = np.where(taste.reward.belongs_to(pick.reason), difference, 0.0)
    return replace(learned, reward=learned.reward.learn(alone, outcome, REASON_WEIGHT))


def pick_difference(reward: AxesReward, pick: Pick) -> Vector:
    """The gradient feature of the exploit arm's answer minus the explore arm's, shape (D,).

    An axis of the user's own that had other instructions then counts as off. Both answers count as
    alike in what `unknown_features` names.
    """
    then = pick.own_axes or {}
    other = {a.name for a in reward.axes if a.name in then and then[a.name] != a.identity}
    exploit, explore = _raw_features(pick.exploit), _raw_features(pick.explore)
    explore = np.where(_unknown(pick, exploit, explore), exploit, explore)

    def gradient(candidate: Candidate, x: Vector) -> Vector:
        strengths = {name: s for name, s in candidate.strengths.items() if name not in other}
        return reward.gradient_of(strengths, x)

    return gradient(pick.exploit, exploit) - gradient(pick.explore, explore)


def _raw_features(candidate: Candidate) -> Vector:
    """The text features of an answer, (F,); one that was not measured counts as 0."""
    if candidate.features is None:
        return text_features(candidate.text)
    return np.array([candidate.features.get(name, 0.0) for name in FEATURES])


def unknown_features(pick: Pick) -> npt.NDArray[np.bool_]:
    """Which text features a pick says nothing of, because an answer was cut, shape (F,).

    An answer that was cut would have been longer. So if it is the longer one all the same, the
    difference in length is a lower bound, which counts; else nothing is known of it. How it would
    have ended is unknown.
    """
    return _unknown(pick, _raw_features(pick.exploit), _raw_features(pick.explore))


def _unknown(pick: Pick, exploit: Vector, explore: Vector) -> npt.NDArray[np.bool_]:
    unknown = np.zeros(len(FEATURES), dtype=bool)
    cut = [pick.early or one.finish_reason in _CUT for one in (pick.exploit, pick.explore)]
    if any(cut):
        unknown[[FEATURES.index(name) for name in ENDINGS]] = True
        exploit_is_longer = bool(exploit[_LENGTH] > explore[_LENGTH])
        unknown[_LENGTH] = all(cut) or exploit_is_longer != cut[0]
    return unknown


def count_agreeing(reward: AxesReward, picks: Iterable[Pick]) -> list[tuple[int, int]]:
    """For each axis, how many clear picks agree with its `toward` pole.

    A pick agrees if its winner was more like `toward` than its loser was, measured along the
    direction in which the axis moves text features: (B_toward − B_away)·Δx > 0.

    Returns:
        (number of agreeing picks, number of clear picks) for each axis.
    """
    directions = reward.B[0::2] - reward.B[1::2]  # (A, F)
    agreeing, clear = np.zeros(len(directions), dtype=int), 0
    for pick in picks:
        if pick.verdict in ("exploit", "explore"):
            _, dx = reward.split(pick_difference(reward, pick))
            agreeing += directions @ (dx if pick.verdict == "exploit" else -dx) > 0
            clear += 1
    return [(int(n), clear) for n in agreeing]


def fold(taste: Taste, picks: Iterable[Pick]) -> Taste:
    """The taste after learning all picks in order."""
    for pick in picks:
        taste = learn_pick(taste, pick)
    return taste
