"""Sequence ids and kept prefixes: which sequence is reused, and which is dropped."""

from __future__ import annotations

from pathlib import Path

import llama_cpp.llama_cpp as llama
import numpy as np
import pytest

from tpop_cli.engine.abort_guard import direct_call
from tpop_cli.engine.kv_cache import KVCache
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.sequences import Sequences
from tpop_cli.errors import ContextFullError

from ..tiny import write_tiny_gemma3


@pytest.fixture
def cache(tiny: LlamaEngine) -> KVCache:
    """A cache with three kept sequences, two of which share a prefix."""
    cache = tiny._seqs.cache
    for tokens in ([1, 2, 3], [1, 2, 4, 5], [9]):
        handle = cache.new()
        cache.tokens[handle] = tokens
        cache.keep(handle)
    return cache


def test_claims_the_longest_prefix(cache: KVCache) -> None:
    source, length = cache.find_prefix([1, 2, 4, 7])
    assert (cache.tokens[source], length) == ([1, 2, 4, 5], 3)
    claimed = cache.claim_prefix([1, 2, 4, 7])
    assert cache.tokens[claimed] == [1, 2, 4]
    cache.drop_kept()
    assert cache.tokens == {claimed: [1, 2, 4]}
    assert cache.kept == []
    assert cache.find_prefix([8]) == (-1, 0)


def test_a_claim_spares_its_source_when_no_id_is_free(cache: KVCache) -> None:
    live = [cache.new() for _ in range(len(cache.free))]
    claimed = cache.claim_prefix([1, 2, 3, 4])
    assert cache.tokens[claimed] == [1, 2, 3]
    cache.drop_kept()
    assert set(cache.tokens) == {claimed, *live}


def test_a_new_sequence_takes_the_id_of_the_oldest_kept_one(cache: KVCache) -> None:
    oldest, *others = cache.kept
    for _ in range(len(cache.free)):
        cache.new()
    assert cache.new() == oldest
    assert cache.kept == others
    cache.new()
    cache.new()
    with pytest.raises(ContextFullError, match="too many sequences"):
        cache.new()


def test_dropping_twice_frees_an_id_once(cache: KVCache) -> None:
    n_free = len(cache.free)
    handle = cache.kept[0]
    cache.drop(handle)
    cache.drop(handle)
    assert cache.free.count(handle) == 1
    assert len(cache.free) == n_free + 1


def test_a_prefix_whose_window_was_pruned_is_not_reused(tmp_path: Path) -> None:
    """llama.cpp overwrites cells that no window sees any more; what needs them has to know."""
    path = write_tiny_gemma3(tmp_path / "gemma.gguf", window=16)
    with LlamaEngine(path, LoadOptions(n_threads=1, n_ctx=2048)) as engine:
        params = llama.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch, params.n_seq_max = 2048, 64, 16, 4
        params.kv_unified, params.swa_full = True, False
        ctx = llama.llama_init_from_model(engine._model, params)
        sequences = Sequences(
            ctx,
            model="gemma",
            n_vocab=engine.n_vocab,
            n_ctx=2048,
            n_batch=64,
            n_seq_max=4,
            n_window=16,
            stop=engine.stop,
            call=direct_call,
            n_threads=lambda n_tokens: 1,
        )
        whole = [3 + n % 200 for n in range(1200)]
        sequences.close_sequence(sequences.open([whole])[0], keep=True)
        assert llama.llama_memory_seq_pos_min(llama.llama_get_memory(ctx), 0) > 500
        for prompt, reused in (([*whole, 9], len(whole)), (whole[:500], 0)):
            before = sequences.prefilled
            (handle,) = sequences.open([prompt])
            assert sequences.prefilled - before == len(prompt) - reused
            (alone,) = engine.open([prompt])
            np.testing.assert_allclose(sequences.logits(handle), engine.logits(alone), atol=0.02)
            sequences.close_sequence(handle, keep=True)
            engine.close_sequence(alone)
        sequences.close()
        llama.llama_free(ctx)
