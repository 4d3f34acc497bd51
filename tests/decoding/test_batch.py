"""A batch of arms that start and end at different steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tpop_cli.core.thoughts import THINK
from tpop_cli.decoding.batch import ArmBatch

from ..fakes import WORDS, FakeEngine
from .requesting import decode, request


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


def test_fenced_code_is_sampled_from_the_plain_context_alone() -> None:
    """The pole's context wants w9 everywhere; the plain one writes a fence, code and a fence."""
    plain, pole = 100, 101

    class Fencing(FakeEngine):
        def piece(self, token: int) -> bytes:
            return b"\n```\n" if token == 5 else super().piece(token)

    def logits(tokens: Sequence[int]) -> npt.NDArray[np.float64]:
        row, n = np.zeros(len(WORDS)), len(tokens) - 1
        row[9] = 50.0 if tokens[0] == pole else 0.0
        row[{2: 5, 6: 5}.get(n, 2)] += 9 if n in (2, 6) else 0.5
        return row

    weights = (1.0, 0.1, -0.1)
    arm = decode(
        Fencing(logits),
        [replace(request((plain,), (pole,), (plain,), n=9), weights=weights, alpha=0.1)],
    )[0]
    assert arm.text == " w9 w9\n```\n w2 w2 w2\n```\n w9 w9"


def test_a_thought_of_too_many_tokens_is_closed_in_every_context() -> None:
    """The model would think for ever; token 7 is the closing mark."""

    class Thinking(FakeEngine):
        def piece(self, token: int) -> bytes:
            return b"</think>" if token == 7 else super().piece(token)

        def markup(self, text: str) -> list[int]:
            assert "</think>" in text
            return [6, 7]

    engine = Thinking(lambda tokens: np.eye(len(WORDS))[2] * 9)
    contexts = request((100,), (101,), (102,), n=3)
    one = replace(contexts, weights=(1.0, 2.0, -2.0), opened=THINK, think_tokens=4)
    (arm,) = decode(engine, [one])
    assert (arm.thought, arm.answer) == ("w2 w2 w2 w2 w6", "w2 w2 w2")
    assert arm.tokens == [2, 2, 2, 2, 6, 7, 2, 2, 2]
    # The plain context alone thinks; the others catch up with the six tokens of the thought.
    assert engine.log == [1] * 5 + [1 + 2 * 6] + [3] * 2


def test_contexts_that_were_left_behind_hold_the_same_tokens() -> None:
    class Fencing(FakeEngine):
        def piece(self, token: int) -> bytes:
            return b"\n```\n" if token == 5 else super().piece(token)

        def close_sequence(self, handle: int, *, keep: bool = False) -> None:
            ended.append(self.open_now[handle][1:])
            super().close_sequence(handle, keep=keep)

    ended: list[list[int]] = []
    script = [2, 5, 3, 4, 5, 6, 7, 8]
    engine = Fencing(lambda tokens: np.eye(len(WORDS))[script[len(tokens) - 1]] * 9)
    one = replace(request((100,), (101,), (102,), n=8), weights=(1.0, 2.0, -2.0), alpha=0.1)
    (arm,) = decode(engine, [one])
    assert arm.tokens == script
    assert ended == [script[:-1]] * 3  # the last token is not evaluated
    assert engine.log == [3, 1, 1, 1, 1 + 2 * 4, 3, 3]
