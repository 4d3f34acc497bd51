"""Sessions as their tests make them: the engine in memory, a profile by name, short answers."""

from __future__ import annotations

import numpy as np

from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from ..fakes import FakeEngine, Logits, hashed_logits

CHAT = [{"role": "user", "content": "Why is the sky blue?"}]


def session(
    name: str | None = "work", seed: int = 0, logits: Logits = hashed_logits, **options: object
) -> Session:
    """A session with the default learner, or a plain one if there is no profile name."""
    engine = FakeEngine(logits)
    learner = AxesLearner(engine, Profile(name)) if name else None
    return Session(engine, learner, SessionOptions(max_tokens=20, seed=seed, **options))  # type: ignore[arg-type]


def never_ends(tokens: list[int]) -> np.ndarray:
    """Logits with which an answer goes on to its maximum length."""
    return np.array([-9.0] + [float((3 * len(tokens) + i) % 7) for i in range(1, 12)])
