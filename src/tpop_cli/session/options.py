"""What holds for every turn of a session."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.steering import Steer
from ..engine.protocol import Sampling
from ..settings import default


@dataclass(frozen=True)
class SessionOptions:
    """What holds for every turn of a session.

    Args:
        sampling: llama.cpp's sampling parameters.
        max_tokens: maximum tokens of an answer.
        think_tokens: maximum tokens of a reasoning model's thoughts before it.
        stops: texts that end an answer.
        system: the system prompt; none if empty.
        show_thinking: whether a terminal shows the thoughts of a reasoning model. They are never
            learned from.
        keep_texts: whether picks are logged with prompt and answers, or with their features alone.
        steer: how the strengths of an arm steer it.
        seed: base of every turn's seeds: same seed, same profile, same prompts, same answers.
        source: the command, for the log.
    """

    sampling: Sampling = Sampling()
    max_tokens: int = default("max_tokens")
    think_tokens: int = default("think_tokens")
    stops: tuple[str, ...] = ()
    system: str = default("system")
    show_thinking: bool = default("think") != "hide"
    keep_texts: bool = default("history")
    steer: Steer = default("steer")
    seed: int = 0
    source: str = "ask"

    def longest(self, thinks: bool) -> int:
        """The most tokens of a turn's answer, with its thoughts if the model `thinks`."""
        return self.max_tokens + (self.think_tokens if thinks else 0)
