"""The engine on the tiny model: forks, prefixes and batches must not change what is computed."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.decoding.decoder import ArmRequest, decode
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import LoadOptions
from tpop_cli.engine.prefix import common_prefix
from tpop_cli.engine.protocol import Interrupted, Sampling
from tpop_cli.errors import ContextFullError, UsageError

GREEDY = Sampling(temperature=0, repeat_penalty=1.0)


def prompt(engine: LlamaEngine, text: str) -> tuple[int, ...]:
    return tuple(engine.chat_tokens([{"role": "user", "content": text}]))


def greedy(engine: LlamaEngine, plans: list[ArmRequest]) -> list[list[int]]:
    return [arm.tokens for arm in decode(engine, plans)]


def plan(prompts: list[tuple[int, ...]], weights: list[float], n: int = 24) -> ArmRequest:
    return ArmRequest(tuple(prompts), tuple(weights), GREEDY, 0, n)


def test_common_prefix() -> None:
    assert common_prefix([], [1]) == 0
    assert common_prefix([1, 2], [1, 2, 3]) == 2


def test_an_opened_prompt_has_the_logits_of_a_fresh_one(tiny: LlamaEngine) -> None:
    a, b = prompt(tiny, "one two three"), prompt(tiny, "one two four")
    alone = []
    for p in (a, b):
        handle = tiny.open([p])[0]
        alone.append(tiny.logits(handle).copy())
        tiny.close_sequence(handle)
    handles = tiny.open([a, b, a])
    for handle, expected in zip(handles, [*alone, alone[0]], strict=True):
        np.testing.assert_allclose(tiny.logits(handle), expected, atol=2e-3)


def test_two_arms_together_give_the_tokens_of_each_alone(tiny: LlamaEngine) -> None:
    x, toward, away = (
        prompt(tiny, t) for t in ("tell me", "tell me. Be brief.", "tell me. Be long.")
    )
    arms = [plan([x, toward], [-0.5, 1.5]), plan([x], [1.0]), plan([x, away], [0.25, 0.75], n=9)]
    together = greedy(tiny, arms)
    assert together == [greedy(tiny, [arm])[0] for arm in arms]
    assert [len(t) for t in together] == [24, 24, 9]  # arms end independently


def test_a_prefix_is_prefilled_once(tiny: LlamaEngine) -> None:
    first = prompt(tiny, "a question that is rather long, so that it is worth keeping")
    handle = tiny.open([first])[0]
    assert tiny.prefilled == len(first)
    tiny.close_sequence(handle, keep=True)
    longer = (*first, 5, 6, 7)
    before = tiny.prefilled
    handle = tiny.open([longer])[0]
    assert tiny.prefilled - before == 3  # only what is new
    kept = tiny.logits(handle).copy()
    tiny.close_sequence(handle)
    tiny.close_sequence(tiny.open([prompt(tiny, "x")])[0])  # drops what was kept
    fresh = tiny.open([longer])[0]
    # What was decoded in another batch is rounded differently: the cache holds 16-bit floats.
    np.testing.assert_allclose(tiny.logits(fresh), kept, atol=0.05)
    assert tiny.logits(fresh).argmax() == kept.argmax()


def test_sequences_are_given_back(tiny: LlamaEngine) -> None:
    p = prompt(tiny, "again")
    for _ in range(3 * tiny.n_seq_max):
        for handle in tiny.open([p, (*p, 4)]):
            tiny.close_sequence(handle)


def test_too_many_sequences_at_once_is_said(tiny: LlamaEngine) -> None:
    with pytest.raises(ContextFullError, match="sequences"):
        tiny.open([prompt(tiny, str(i)) for i in range(tiny.n_seq_max + 1)])
    assert tiny.open([prompt(tiny, "still alive")])


def test_a_full_context_is_said_and_leaves_the_engine_usable(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=256, n_threads=1)) as engine:
        long = prompt(engine, "x" * 300)
        with pytest.raises(ContextFullError, match="256"):
            engine.open([long])
        p = prompt(engine, "short")
        assert len(greedy(engine, [plan([p], [1.0], n=5)])[0]) == 5


def test_logprobs_are_those_of_the_steps(tiny: LlamaEngine) -> None:
    p = prompt(tiny, "hello")
    tokens = greedy(tiny, [plan([p], [1.0], n=6)])[0]
    found = tiny.logprobs([*p, *tokens], len(p))
    naive = []
    for i in range(6):
        handle = tiny.open([(*p, *tokens[:i])])[0]
        row = tiny.logits(handle).astype(float)
        naive.append(row[tokens[i]] - np.log(np.exp(row - row.max()).sum()) - row.max())
        tiny.close_sequence(handle)
    np.testing.assert_allclose(found, naive, atol=2e-3)


def test_the_stop_flag_ends_a_prefill_and_restores_the_cache(starter: LlamaEngine) -> None:
    """Without the abort callback a prefill of this length takes seconds to give way."""
    import threading

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


@pytest.mark.parametrize("n_ctx", [-1, 15, 2_000_000_000])
def test_absurd_contexts_are_refused_before_loading(tiny_path: Path, n_ctx: int) -> None:
    start = time.monotonic()
    with pytest.raises(UsageError, match="not possible"):
        LlamaEngine(tiny_path, LoadOptions(n_ctx=n_ctx))
    assert time.monotonic() - start < 1
