"""A batch of arms that start and end at different steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tpop_cli.core.thoughts import THINK
from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.decoding.batch import ArmBatch

from ..fakes import WORDS, FakeEngine
from .requesting import GREEDY, decode, request


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


class Thinking(FakeEngine):
    """Token 7 ends a thought; the prompt begins it."""

    def piece(self, token: int) -> bytes:
        return b"</think>" if token == 7 else super().piece(token)

    def markup(self, text: str) -> list[int]:
        return [7]


def thinking(*prompts: tuple[int, ...], n: int = 3, seed: int = 0) -> ArmRequest:
    """A request whose prompts begin a thought of at most 20 tokens."""
    weights = (1.0, 2.0, -2.0)[: len(prompts)]
    one = replace(request(*prompts, n=n, seed=seed), weights=weights, alpha=0.1)
    return replace(one, opened=THINK, think_tokens=20)


def test_both_arms_go_on_behind_one_thought() -> None:
    """The thought is w2 w3 w4; then the plain context wants w5, and the pole's w6."""
    plain, pole, opposite = 100, 101, 102

    def logits(tokens: Sequence[int]) -> npt.NDArray[np.float64]:
        row, n = np.zeros(len(WORDS)), len(tokens) - 1
        row[[2, 3, 4, 7][n] if n < 4 else 5] += 9
        row[6] += 8.5 if n >= 4 else 0
        row[6] += 5 if tokens[0] == pole else 0
        return row

    engine = Thinking(logits)
    arms = decode(engine, [thinking((plain,)), thinking((plain,), (pole,), (opposite,))])
    assert [arm.thought for arm in arms] == ["w2 w3 w4"] * 2
    assert [arm.answer.split() for arm in arms] == [["w5"] * 3, ["w6"] * 3]
    assert [arm.n_thought for arm in arms] == [4, 4]
    # One sequence thinks. The second arm's own contexts then read the thought at once.
    assert engine.log == [1, 1, 1, 1 + 2 * 4, 4, 4]
    assert engine.open_now == {}


def test_an_arm_shows_the_thought_that_it_waits_for() -> None:
    engine = Thinking(lambda tokens: np.eye(len(WORDS))[2] * 9)
    shown = list[tuple[str, str]]()

    def on_step(arms: Sequence[Arm]) -> None:
        shown.append((arms[1].thought, arms[1].answer))

    decode(engine, [thinking((100,)), thinking((100,))], on_step)
    assert shown[:2] == [("w2", ""), ("w2 w2", "")]


def test_arms_with_other_plain_prompts_think_for_themselves() -> None:
    engine = Thinking(lambda tokens: np.eye(len(WORDS))[7 if len(tokens) == 4 else 2] * 9)
    decode(engine, [thinking((100,)), thinking((101,))])
    assert set(engine.log) == {2}


def test_an_answer_without_a_thought_is_not_waited_for() -> None:
    """The template knows of thoughts, and the model begins none."""
    engine = Thinking(lambda tokens: np.eye(len(WORDS))[3] * 9)
    requests = [replace(thinking((100,), n=4, seed=seed), opened=None) for seed in (0, 1)]
    arms = decode(engine, requests)
    assert [arm.answer for arm in arms] == [" w3 w3 w3 w3"] * 2
    assert engine.log == [2, 2, 2]


def test_an_arm_thinks_for_itself_if_the_other_ends_in_its_thought() -> None:
    """The first arm's seed draws the end of the answer where the second one goes on."""

    def logits(tokens: Sequence[int]) -> npt.NDArray[np.float64]:
        row, n = np.full(len(WORDS), -20.0), len(tokens) - 1
        row[7 if n == 2 else 3] = 1.0
        if n < 2:
            row[0] = 1.0  # the end is as likely as the thought
        return row

    warm = replace(GREEDY, temperature=1.0)
    both = set[tuple[bool, bool]]()
    for seed in range(20):
        requests = [replace(thinking((100,), seed=2 * seed + i), sampling=warm) for i in (0, 1)]
        engine = Thinking(logits)
        arms = decode(engine, requests)
        alone = [decode(Thinking(logits), [one])[0] for one in requests]
        assert arms[0].tokens == alone[0].tokens
        if arms[0].answer:
            assert arms[1].thought == arms[0].thought and arms[1].answer
        else:
            assert arms[1].tokens == alone[1].tokens
        both.add((bool(arms[0].answer), bool(arms[1].answer)))
        assert engine.open_now == {}
    assert {(True, True), (False, True)} <= both


def test_a_model_that_thinks_again_and_again_comes_to_an_end() -> None:
    """It begins a new thought whenever one is closed: token 8 is the mark."""

    class Again(Thinking):
        def piece(self, token: int) -> bytes:
            return b"<think>" if token == 8 else super().piece(token)

    engine = Again(lambda tokens: np.eye(len(WORDS))[8 if tokens[-1] == 7 else 2] * 9)
    one = replace(thinking((100,), n=6), think_tokens=4)
    (arm,) = decode(engine, [one])
    assert (arm.finish_reason, arm.answer) == ("length", "")
    assert len(arm.tokens) <= 6 + 4 + 1
