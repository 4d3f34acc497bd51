"""The decoding loop on an engine in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.decoding.decoder import Arm, ArmRequest, Decoder, decode, decode_many
from tpop_cli.decoding.thinking import split_thinking
from tpop_cli.engine.protocol import Interrupted, Sampling
from tpop_cli.session.duel import Duel

from .fakes import WORDS, FakeEngine

GREEDY = Sampling(temperature=0)


def plan(
    *prompts: tuple[int, ...], weights: tuple[float, ...] = (1.0,), n: int = 30, seed: int = 0
) -> ArmRequest:
    return ArmRequest(prompts, weights, GREEDY, seed, n)


def test_one_step_a_token_for_all_arms_and_contexts() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[1 + len(tokens) % 3] * 9)
    arms = decode(engine, [plan((100,), (101, 102), weights=(-0.5, 1.5), n=5), plan((100,), n=3)])
    assert [len(arm.tokens) for arm in arms] == [5, 3]
    assert [arm.finish_reason for arm in arms] == ["length", "length"]
    assert engine.log == [3, 3, 2, 2]  # the second arm leaves the batch when it ends
    assert engine.open_now == {}


def test_together_and_alone_are_the_same() -> None:
    plans = [plan((100, i), (100, i, 7), weights=(-0.5, 1.5), n=40) for i in range(4)]
    together = [arm.tokens for arm in decode(FakeEngine(), plans)]
    assert together == [decode(FakeEngine(), [p])[0].tokens for p in plans]
    assert any(len(t) < 40 for t in together)


def test_the_end_token_is_not_part_of_the_answer() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[0 if len(tokens) > 3 else 2] * 9)
    (arm,) = decode(engine, [plan((100,))])
    assert (arm.text, arm.finish_reason) == (" w2 w2 w2", "stop")


class Bytes(FakeEngine):
    """Each token is one byte of a snowman, over and over."""

    SNOWMAN = "☃".encode()

    def piece(self, token: int) -> bytes:
        return self.SNOWMAN[(token - 1) % 3 :][:1]


def test_characters_are_only_emitted_whole() -> None:
    engine = Bytes(lambda tokens: np.eye(len(WORDS))[1 + (len(tokens) - 1) % 3] * 9)
    seen: list[str] = []
    (arm,) = decode(engine, [plan((100,), n=8)], lambda arms: seen.append(arms[0].text))
    assert seen == ["", "", "☃", "☃", "☃", "☃☃", "☃☃", "☃☃"]
    assert arm.text == "☃☃"  # the third was cut by max_tokens and is left out


class Stopping(FakeEngine):
    """Interrupts at the n-th step, or in the prefill."""

    def __init__(self, at: int) -> None:
        super().__init__(lambda tokens: np.eye(len(WORDS))[2] * 9)
        self.at = at

    def open(self, prompts: Sequence[Sequence[int]]) -> list[int]:
        if self.at < 0:
            raise Interrupted
        return super().open(prompts)

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        if len(self.log) == self.at:
            raise Interrupted
        super().step(tokens)


def test_an_interrupt_keeps_what_was_written() -> None:
    engine = Stopping(2)
    (arm,) = decode(engine, [plan((100,))])
    assert (arm.text, arm.finish_reason) == (" w2 w2 w2", "interrupted")
    assert engine.open_now == {}


def test_an_interrupted_prefill_gives_no_arms() -> None:
    assert decode(Stopping(-1), [plan((100,))]) == []


def test_an_error_leaves_no_sequence_open() -> None:
    engine = FakeEngine()

    def fail(_: Sequence[Arm]) -> None:
        raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        decode(engine, [plan((100,))], fail)
    assert engine.open_now == {}


def test_many_prompts_are_answered_in_one_batch_and_like_alone() -> None:
    engine = FakeEngine()
    groups = [[plan((100, i), n=25)] for i in range(30)]
    found = dict(decode_many(engine, iter(groups)))
    assert sorted(found) == list(range(30))
    for i, group in enumerate(groups):
        assert found[i][0].tokens == decode(FakeEngine(), group)[0].tokens
    assert max(engine.log) > 8
    assert max(engine.log) <= engine.n_seq_max


def test_a_group_is_taken_only_when_there_is_room() -> None:
    engine = FakeEngine(n_ctx=100)
    found = dict(decode_many(engine, iter([[plan((100,), n=45)] for _ in range(6)])))
    assert len(found) == 6
    assert max(engine.log) == 2  # 2 × (1 + 45) cells fit into 100, 3 do not


def test_arms_may_start_while_others_run() -> None:
    engine = FakeEngine(lambda tokens: np.eye(len(WORDS))[2] * 9)
    decoder = Decoder(engine)
    decoder.start([plan((100,), n=4)])
    decoder.step()
    decoder.start([plan((101,), n=4)])
    while decoder.running:
        decoder.step()
    assert engine.log == [1, 2, 2, 1]


@given(st.text("ab <think/>", max_size=40), st.integers(0, 40))
def test_what_is_shown_of_an_answer_only_grows(whole: str, cut: int) -> None:
    """A thought, once begun, never shows up in the answer; what was shown stays."""
    text = "<think>" + whole
    partial, later = split_thinking(text[: 7 + cut], done=False), split_thinking(text)
    assert later[1].startswith(partial[1])
    thought, closed, answer = whole.partition("</think>")
    assert later == (thought.strip(), answer.lstrip() if closed else "")


def test_thoughts_are_never_learned_from() -> None:
    arm = Arm(plan((100,)), text="<think>long thoughts</think>\n\nYes.", finish_reason="stop")
    assert (arm.thought, arm.answer) == ("long thoughts", "Yes.")
    duel = Duel(
        "Why?", ({}, {}), [arm, Arm(plan((100,)), text="No.", finish_reason="stop")], "exploit", 0.5
    )
    assert duel.compared == ("Yes.", "No.")
