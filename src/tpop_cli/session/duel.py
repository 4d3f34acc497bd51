"""A duel: two answers to one prompt, and what is needed to learn from the pick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Literal, get_args

from ..core.axes import Axis
from ..core.picks import ArmName, Candidate, Pick, Verdict
from ..core.steering import Steer
from ..decoding.arm import Arm, ArmRequest
from ..engine.protocol import ModelInfo
from ..errors import UsageError

Key = Literal["1", "2", "=", "x", "s"]
"""A verdict as a user or a judge gives it: about the sides as shown, not about the arms."""

Choice = Literal["first", "second", "tie", "both-bad", "skip"]
"""The same in words."""

_ARMS: tuple[ArmName, ArmName] = ("exploit", "explore")
_NO_WINNER: Mapping[str, Verdict] = {
    **{"=": "tie", "tie": "tie"},
    **{"x": "both-bad", "both-bad": "both-bad"},
    **{"s": "skip", "skip": "skip"},
}


@dataclass
class Duel:
    """Two answers to one prompt.

    Args:
        prompt: the user's last message.
        requests: of the exploit arm and of the explore arm.
        left: the arm that is shown first (on the left, or above), drawn at random.
        arms: the exploit arm first, always; empty until they are decoded.
        predicted: P(exploit arm is picked), from the reward model before the pick.
        early: both texts at the moment of a pick that was made while they were decoded; else None.
        against_plain: whether the second arm is the plain answer; such a duel is not learned from.
    """

    prompt: str
    requests: tuple[ArmRequest, ArmRequest]
    left: ArmName
    arms: list[Arm] = field(default_factory=list)
    predicted: float = 0.5
    early: tuple[str, str] | None = None
    against_plain: bool = False

    @property
    def strengths(self) -> tuple[dict[str, float], dict[str, float]]:
        """The strengths of the exploit arm and of the explore arm."""
        first, second = (dict(request.strengths) for request in self.requests)
        return first, second

    @property
    def order(self) -> tuple[int, int]:
        """Indices into `arms` of the first and the second side as shown."""
        return (0, 1) if self.left == "exploit" else (1, 0)

    @property
    def answers(self) -> tuple[str, str]:
        """Both answers so far, in the order in which they are shown."""
        first, second = (self.arms[i].answer if i < len(self.arms) else "" for i in self.order)
        return first, second

    @property
    def complete(self) -> bool:
        """Whether a pick can be learned from: both answers ended, or the one picked early did."""
        ends = ("stop", "length") if self.early is None else ("stop", "length", "dropped")
        return len(self.arms) == 2 and all(arm.finish_reason in ends for arm in self.arms)

    @property
    def compared(self) -> tuple[str, str]:
        """The texts that the pick is about, the exploit arm's first."""
        return self.early or (self.arms[0].answer, self.arms[1].answer)

    @property
    def is_empty(self) -> bool:
        """Whether no side has an answer: there is nothing to pick, and nothing to learn from."""
        return not any(text.strip() for text in self.compared)

    def pick_early(self, key: Literal["1", "2"]) -> None:
        """Pick a side while both are being decoded: the other arm ends, the picked one goes on."""
        if self.early is None and all(arm.tokens for arm in self.arms):
            self.early = (self.arms[0].answer, self.arms[1].answer)
            self.arms[self.order[1 if key == "1" else 0]].dropped = True

    def verdict(self, choice: Key | Choice) -> Verdict:
        """The verdict by arm for a choice by side: always "skip" if both answers are empty.

        Raises UsageError for an unknown choice.
        """
        sides = {"1": 0, "first": 0, "2": 1, "second": 1}
        if choice not in _NO_WINNER and choice not in sides:
            known = ", ".join(get_args(Choice))
            raise UsageError(f"{choice!r} is not a choice in a duel", f"one of: {known}")
        if self.complete and self.is_empty:
            return "skip"
        return _ARMS[self.order[sides[choice]]] if choice in sides else _NO_WINNER[choice]

    def to_pick(
        self,
        verdict: Verdict,
        seconds: float | None,
        source: str,
        model: ModelInfo,
        steer: Steer,
        axes: Sequence[Axis],
    ) -> Pick:
        """The outcome of a complete duel as a profile records it; the profile gives its number.

        Args:
            verdict: which arm was picked, or why none was; "skip" holds if both are empty.
            seconds: from both answers being there to the pick; None where a program decided.
            source: the command, for the log.
            model: the model that wrote both answers.
            steer: how strengths steered them.
            axes: those of the profile.

        Raises:
            UsageError: the duel is not complete, or it is one against the plain answer.
        """
        if self.against_plain:
            raise UsageError(
                "a duel against the plain answer is not learned from", "make it with `Session.duel`"
            )
        if not self.complete:
            raise UsageError(
                "only a complete duel can be picked", "decode both answers to their ends first"
            )
        exploit, explore = (
            Candidate(text, arm.strengths, arm.request.seed, arm.finish_reason or "")
            for arm, text in zip(self.arms, self.compared, strict=True)
        )
        active = {name for arm in self.arms for name in arm.strengths}
        return Pick(
            id=0,
            time=datetime.now(timezone.utc).astimezone().isoformat(timespec="seconds"),
            prompt=self.prompt,
            exploit=exploit,
            explore=explore,
            verdict="skip" if self.is_empty else verdict,
            left=self.left,
            predicted=self.predicted,
            seconds=seconds,
            source=source,
            model=model.name,
            fingerprint=model.fingerprint,
            early=self.early is not None,
            steer=steer,
            own_axes={a.name: a.identity for a in axes if a.name in active and not a.builtin},
        )

    def chosen(self, verdict: Verdict) -> Arm:
        """The arm whose answer continues the chat: the picked one, else the exploit arm."""
        return self.arms[1 if verdict == "explore" else 0]
