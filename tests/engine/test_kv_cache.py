"""Sequence ids and kept prefixes: which sequence is reused, and which is dropped."""

from __future__ import annotations

import pytest

from tpop_cli.engine.kv_cache import KVCache
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.errors import ContextFullError


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
