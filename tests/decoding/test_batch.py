"""A batch of arms that start and end at different steps."""

from __future__ import annotations

import numpy as np

from tpop_cli.decoding.batch import ArmBatch

from ..fakes import WORDS, FakeEngine
from .requesting import request


def test_arms_may_start_while_others_run() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[2] * 9)
    batch = ArmBatch(engine)
    batch.start([request((100,), n=4)])
    batch.step()
    batch.start([request((101,), n=4)])
    while batch.running:
        batch.step()
    assert engine.log == [1, 2, 2, 1]


def test_a_dropped_arm_ends_at_the_next_step_and_the_other_goes_on() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[2] * 9)
    batch = ArmBatch(engine)
    first, second = batch.start([request((100,), n=5), request((101,), n=5)])
    batch.step()
    second.dropped = True
    while batch.running:
        batch.step()
    assert (first.finish_reason, len(first.tokens)) == ("length", 5)
    assert (second.finish_reason, len(second.tokens)) == ("dropped", 1)
    assert engine.open_now == {}
