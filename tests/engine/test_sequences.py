"""Forks, shared prefixes and batches do not change what the model computes."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.decoding.arm import ArmRequest
from tpop_cli.decoding.decoder import BatchDecoder, run_to_end
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Interrupted, Sampling
from tpop_cli.errors import ContextFullError

GREEDY = Sampling(temperature=0, repeat_penalty=1.0)


def prompt(engine: LlamaEngine, text: str) -> tuple[int, ...]:
    return tuple(engine.chat_tokens([{"role": "user", "content": text}]))


def decoded(engine: LlamaEngine, requests: list[ArmRequest]) -> list[list[int]]:
    return [arm.tokens for arm in run_to_end(BatchDecoder(engine).steps(requests))]


def request(prompts: list[tuple[int, ...]], weights: list[float], n: int = 24) -> ArmRequest:
    return ArmRequest(tuple(prompts), tuple(weights), GREEDY, 0, n)


def test_prompts_opened_together_have_the_logits_of_each_alone(tiny: LlamaEngine) -> None:
    a, b = prompt(tiny, "one two three"), prompt(tiny, "one two four")
    alone = []
    for p in (a, b):
        handle = tiny.open([p])[0]
        alone.append(tiny.logits(handle).copy())
        tiny.close_sequence(handle)
    handles = tiny.open([a, b, a])
    for handle, expected in zip(handles, [*alone, alone[0]], strict=True):
        np.testing.assert_allclose(tiny.logits(handle), expected, atol=2e-3)


def test_arms_decoded_together_have_the_tokens_of_each_alone(tiny: LlamaEngine) -> None:
    plain, toward, away = (
        prompt(tiny, text) for text in ("tell me", "tell me. Be brief.", "tell me. Be long.")
    )
    arms = [
        request([plain, toward], [-0.5, 1.5]),
        request([plain], [1.0]),
        request([plain, away], [0.25, 0.75], n=9),
    ]
    together = decoded(tiny, arms)
    assert together == [decoded(tiny, [arm])[0] for arm in arms]
    assert [len(tokens) for tokens in together] == [24, 24, 9]  # each arm ends by itself


def test_a_kept_prefix_is_not_prefilled_again(tiny: LlamaEngine) -> None:
    first = prompt(tiny, "a question that is rather long, so that it is worth keeping")
    handle = tiny.open([first])[0]
    assert tiny.prefilled == len(first)
    tiny.close_sequence(handle, keep=True)
    longer = (*first, 5, 6, 7)
    before = tiny.prefilled
    handle = tiny.open([longer])[0]
    assert tiny.prefilled - before == 3
    reused = tiny.logits(handle).copy()
    tiny.close_sequence(handle)
    tiny.close_sequence(tiny.open([prompt(tiny, "x")])[0])  # drops the kept sequence
    fresh = tiny.open([longer])[0]
    # Another batch is rounded differently: the KV cache holds 16-bit floats.
    np.testing.assert_allclose(tiny.logits(fresh), reused, atol=0.05)
    assert tiny.logits(fresh).argmax() == reused.argmax()


def test_closed_sequences_can_be_used_again(tiny: LlamaEngine) -> None:
    p = prompt(tiny, "again")
    for _ in range(3 * tiny.n_seq_max):
        for handle in tiny.open([p, (*p, 4)]):
            tiny.close_sequence(handle)


def test_too_many_sequences_are_an_error_and_leave_the_engine_usable(tiny: LlamaEngine) -> None:
    with pytest.raises(ContextFullError, match="sequences"):
        tiny.open([prompt(tiny, str(i)) for i in range(tiny.n_seq_max + 1)])
    assert tiny.open([prompt(tiny, "still usable")])


def test_a_full_context_is_an_error_and_leaves_the_engine_usable(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=256, n_threads=1)) as engine:
        long = prompt(engine, "x" * 300)
        with pytest.raises(ContextFullError, match="256"):
            engine.open([long])
        p = prompt(engine, "short")
        assert len(decoded(engine, [request([p], [1.0], n=5)])[0]) == 5


def test_logprobs_equal_those_of_single_steps(tiny: LlamaEngine) -> None:
    p = prompt(tiny, "hello")
    tokens = decoded(tiny, [request([p], [1.0], n=6)])[0]
    naive = []
    for i in range(6):
        handle = tiny.open([(*p, *tokens[:i])])[0]
        row = tiny.logits(handle).astype(float)
        naive.append(row[tokens[i]] - np.log(np.exp(row - row.max()).sum()) - row.max())
        tiny.close_sequence(handle)
    np.testing.assert_allclose(tiny.logprobs([*p, *tokens], len(p)), naive, atol=2e-3)


def test_the_stop_flag_interrupts_a_prefill_and_leaves_the_engine_usable(
    starter: LlamaEngine,
) -> None:
    """Without the abort callback a prefill of this length takes seconds to return."""
    tokens = prompt(starter, "word " * 3000)
    threading.Timer(0.3, starter.stop.set).start()
    start = time.monotonic()
    try:
        with pytest.raises(Interrupted):
            starter.open([tokens])
        assert time.monotonic() - start - 0.3 < 0.25
    finally:
        starter.stop.clear()
    assert starter.open([prompt(starter, "Hi")])
