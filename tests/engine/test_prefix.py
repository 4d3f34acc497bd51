"""Prefixes of token lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.engine.prefix import common_prefix, shared_prefix

tokens = st.lists(st.integers(0, 2), max_size=6)


@given(tokens, tokens)
def test_the_common_prefix_is_the_longest_one(a: list[int], b: list[int]) -> None:
    n = common_prefix(a, b)
    assert a[:n] == b[:n]
    assert n == min(len(a), len(b)) or a[n] != b[n]


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=1, max_size=4))
def test_the_shared_prefix_leaves_a_token_of_every_prompt(prompts: list[list[int]]) -> None:
    shared = list(shared_prefix(prompts))
    n = len(shared)
    assert all(prompt[:n] == shared and len(prompt) > n for prompt in prompts)
    longer = {tuple(prompt[: n + 1]) for prompt in prompts}
    assert len(longer) > 1 or min(map(len, prompts)) == n + 1
