"""Decoding on an engine in memory: all arms in one batch, interrupts, errors, many prompts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import numpy as np
import pytest

from tpop_cli.decoding.arm import Arm
from tpop_cli.decoding.decoder import BatchDecoder
from tpop_cli.engine.protocol import Interrupted
from tpop_cli.errors import ContextFullError

from ..fakes import WORDS, FakeEngine
from .requesting import decode, request


def test_one_step_a_token_for_all_arms_and_contexts() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[1 + len(tokens) % 3] * 9)
    arms = decode(
        engine, [request((100,), (101, 102), weights=(-0.5, 1.5), n=5), request((100,), n=3)]
    )
    assert [len(arm.tokens) for arm in arms] == [5, 3]
    assert [arm.finish_reason for arm in arms] == ["length", "length"]
    assert engine.log == [3, 3, 2, 2]  # the second arm leaves the batch when it ends
    assert engine.open_now == {}


def test_together_and_alone_are_the_same() -> None:
    requests = [request((100, i), (100, i, 7), weights=(-0.5, 1.5), n=40) for i in range(4)]
    together = [arm.tokens for arm in decode(FakeEngine(), requests)]
    assert together == [decode(FakeEngine(), [p])[0].tokens for p in requests]
    assert any(len(t) < 40 for t in together)


def test_the_end_token_is_not_part_of_the_answer() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[0 if len(tokens) > 3 else 2] * 9)
    (arm,) = decode(engine, [request((100,))])
    assert (arm.text, arm.finish_reason) == (" w2 w2 w2", "stop")


class Bytes(FakeEngine):
    """Each token is one byte of a snowman, over and over."""

    SNOWMAN = "☃".encode()

    def piece(self, token: int) -> bytes:
        return self.SNOWMAN[(token - 1) % 3 :][:1]


def test_characters_are_only_emitted_whole() -> None:
    engine = Bytes(lambda tokens: np.eye(len(WORDS))[1 + (len(tokens) - 1) % 3] * 9)
    seen: list[str] = []
    (arm,) = decode(engine, [request((100,), n=8)], lambda arms: seen.append(arms[0].text))
    assert seen == ["", "", "☃", "☃", "☃", "☃☃", "☃☃", "☃☃"]
    assert arm.text == "☃☃"  # the third was cut by max_tokens and is left out


class Stopping(FakeEngine):
    """Interrupts at the n-th step, or in the prefill."""

    def __init__(self, at: int) -> None:
        super().__init__(lambda tokens: np.eye(len(WORDS))[2] * 9)
        self.at = at

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        if self.at < 0:
            raise Interrupted
        return super().open(prompts, checkpoint)

    def extend(self, tokens: Sequence[tuple[int, Sequence[int]]]) -> None:
        if len(self.log) == self.at:
            raise Interrupted
        super().extend(tokens)


def test_an_interrupt_keeps_what_was_written() -> None:
    engine = Stopping(2)
    (arm,) = decode(engine, [request((100,))])
    assert (arm.text, arm.finish_reason) == (" w2 w2 w2", "interrupted")
    assert engine.open_now == {}


def test_an_interrupted_prefill_gives_no_arms() -> None:
    assert decode(Stopping(-1), [request((100,))]) == []


def test_an_error_leaves_no_sequence_open() -> None:
    engine = FakeEngine()

    def fail(_: Sequence[Arm]) -> None:
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        decode(engine, [request((100,))], fail)
    assert engine.open_now == {}


def test_many_prompts_are_answered_in_one_batch_and_like_alone() -> None:
    engine = FakeEngine()
    groups = [[request((100, i), n=25)] for i in range(30)]
    found = dict(BatchDecoder(engine).many(iter(groups)))
    assert sorted(found) == list(range(30))
    for i, group in enumerate(groups):
        assert found[i][0].tokens == decode(FakeEngine(), group)[0].tokens
    assert max(engine.log) > 8
    assert max(engine.log) <= engine.n_seq_max


def test_a_group_is_taken_only_when_there_is_room() -> None:
    engine = FakeEngine(n_ctx=100)
    found = dict(BatchDecoder(engine).many(iter([[request((100,), n=45)] for _ in range(6)])))
    assert len(found) == 6
    assert max(engine.log) == 2  # 2 × (1 + 45) cells fit into 100, 3 do not


def test_the_arms_can_be_watched_step_by_step_and_left_at_any_step() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[2] * 9)
    with closing(BatchDecoder(engine).steps([request((100,)), request((101,))])) as steps:
        first = next(steps)
        assert [len(arm.tokens) for arm in first] == [1, 1]
        assert len(next(steps)[0].tokens) == 2
    assert [arm.finish_reason for arm in first] == ["interrupted"] * 2
    assert engine.open_now == {}


def test_the_last_step_shows_finished_arms_also_after_an_interrupt() -> None:
    for engine in (Stopping(2), Stopping(0), FakeEngine()):
        *_, last = BatchDecoder(engine).steps([request((100,), n=9)])
        assert all(arm.finish_reason for arm in last)


class Narrow(FakeEngine):
    """Has room for one sequence at a time."""

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        if len(prompts) > 1:
            raise ContextFullError("full")
        return super().open(prompts, checkpoint)


def test_arms_that_do_not_fit_together_are_decoded_one_after_the_other() -> None:
    requests = [request((100, i), n=25, seed=i) for i in range(2)]
    seen: list[list[int]] = []
    arms = decode(Narrow(), requests, lambda now: seen.append([len(arm.tokens) for arm in now]))
    together = decode(FakeEngine(), requests)
    assert [arm.tokens for arm in arms] == [arm.tokens for arm in together]
    assert seen[0] == [1, 0]
    assert seen[-1] == [len(arm.tokens) for arm in arms]


def test_one_arm_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ContextFullError):
        decode(Narrow(), [request((100,), (101,), weights=(0.5, 0.5))])
