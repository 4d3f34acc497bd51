"""A duel: two answers to one prompt, and what is needed to learn from the pick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..core.picks import ArmName, Verdict
from ..decoding.decoder import Arm, OnStep

Key = Literal["1", "2", "=", "x", "s"]
"""A verdict as it is given: about the sides of the screen, not the arms."""


@dataclass
class Duel:
    """Two decoded answers to one prompt, and what is needed to learn from the pick.

    arms: exploit first, always. `left` says which of them is shown first, by chance.
    early: both texts as they stood when the user picked while they were being written; else None.
    """

    prompt: str
    strengths: tuple[dict[str, float], dict[str, float]]
    arms: list[Arm]
    left: ArmName
    predicted: float
    early: tuple[str, str] | None = None

    @property
    def order(self) -> tuple[int, int]:
        """Indices into `arms` of the first and the second side on screen."""
        return (0, 1) if self.left == "exploit" else (1, 0)

    @property
    def complete(self) -> bool:
        """Whether both answers came to their end, or one that was picked early did, so that a pick can teach."""
        ends = ("stop", "length") if self.early is None else ("stop", "length", "dropped")
        return len(self.arms) == 2 and all(arm.finish_reason in ends for arm in self.arms)

    @property
    def compared(self) -> tuple[str, str]:
        """The texts that the pick is about, the exploit arm's first."""
        return self.early or (self.arms[0].answer, self.arms[1].answer)

    def pick_early(self, key: Literal["1", "2"]) -> None:
        """The user picks while both answers are being written: the loser ends here, the winner goes on."""
        if self.early is None and all(arm.tokens for arm in self.arms):
            self.early = (self.arms[0].answer, self.arms[1].answer)
            self.arms[self.order[1 if key == "1" else 0]].dropped = True

    def verdict(self, key: Key) -> Verdict:
        """The verdict by arm for a key about sides."""
        if key in ("1", "2"):
            return ("exploit", "explore")[self.order[int(key) - 1]]
        return {"=": "tie", "x": "both-bad", "s": "skip"}[key]  # type: ignore[return-value]

    def chosen(self, verdict: Verdict) -> Arm:
        """The arm whose answer goes on into the chat: the picked one, else the exploit arm."""
        return self.arms[1 if verdict == "explore" else 0]


def showing(duel: Duel, given: Sequence[Arm], on_step: Callable[[Duel], None] | None) -> OnStep:
    """What a decoding loop calls after every step: the arms it decodes stand in the duel behind those given."""

    def show(arms: Sequence[Arm]) -> None:
        duel.arms = [*given, *arms]
        if on_step:
            on_step(duel)

    return show
