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
    stops: tuple[str, ...] = ()
    system: str = default("system")
    show_thinking: bool = default("think") == "show"
    keep_texts: bool = default("history")
    steer: Steer = default("steer")
    seed: int = 0
    source: str = "ask"
