"""A first minute that teaches: short duels between far ends, each decoded while one is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from ..core.arms import ArmRules
from ..core.picks import Pick
from ..core.taste import Taste
from .axes_learner import AxesLearner, ucb_pair
from .duel import Duel
from .learner import StrengthsPair
from .session import Session

SOURCE = "tune"
"""The source of its picks."""

N_DUELS = 8
MAX_TOKENS = 80

PROMPTS: tuple[str, ...] = (
    "How can I fall asleep more easily?",
    "What is a good gift for a colleague?",
    "Why do cats purr?",
    "How do I get a coffee stain out of a shirt?",
    "What should I cook tonight with eggs and rice?",
    "Is it better to learn the piano or the guitar?",
    "What makes a good walk in the rain?",
    "How does a bicycle stay upright?",
)
"""Everyday questions, none of which is in a bench."""

LAST_QUESTION = "How do plants know when it is spring?"
"""Answered before and after."""


@dataclass
class FarApart:
    """A policy (`axes_learner.Policy`) whose arms are the two ends of one axis.

    It takes the axis of which least is known. Once every axis had its duel, it does as `ucb_pair`.

    Args:
        had: names of the axes that had a duel.
    """

    had: set[str] = field(default_factory=set)

    def __call__(self, taste: Taste, rules: ArmRules) -> StrengthsPair:
        """The strengths of both arms."""
        reward = taste.reward
        free = [a.name for a in reward.axes if a.name not in self.had and a.name not in rules.said]
        if not free:
            return ucb_pair(taste, rules)
        said = {name: s for name, s in rules.said.items() if s}
        pairs = [({**said, name: 1.0}, {**said, name: -1.0}) for name in free]
        differences = [reward.expected(one) - reward.expected(other) for one, other in pairs]
        widths = [reward.posterior.width(difference) for difference in differences]
        best = int(np.argmax(widths))
        self.had.add(free[best])
        return pairs[best]


def axes_had(picks: Sequence[Pick]) -> set[str]:
    """The axes of which both ends met in one of these picks."""
    return {
        name
        for pick in picks
        for name, s in pick.exploit.strengths.items()
        if s * pick.explore.strengths.get(name, 0.0) < 0
    }


def begin(session: Session) -> int:
    """Let a session's duels be those of a tuning run.

    Returns:
        How many duels of a run that was left are done; 0 for a new run.
    """
    profile = session.learner.profile
    before = [pick for pick in profile.picks() if pick.source == SOURCE]
    latest = before[len(before) - len(before) % N_DUELS :]
    if isinstance(session.learner, AxesLearner):
        session.learner.policy = FarApart(axes_had(latest))
    return len(latest)


@contextmanager
def decoded_ahead(session: Session, duel: Duel) -> Iterator[threading.Thread]:
    """Decode a duel on a thread meanwhile. Nothing else may use the engine in the block.

    If the block raises an error, the decoding ends; otherwise the block's end waits for it. An
    error of the decoding is raised then.
    """
    failed: list[BaseException] = []

    def decode() -> None:
        try:
            session.finish_duel(duel)
        except BaseException as error:  # it is raised on the other thread
            failed.append(error)

    thread = threading.Thread(target=decode, name="decode ahead", daemon=True)
    thread.start()
    try:
        yield thread
    except BaseException:
        session.engine.stop.set()
        thread.join()
        session.engine.stop.clear()
        raise
    thread.join()
    if failed:
        raise failed[0]
