"""Finds the tokens that prompts have in common at their start, which need evaluation only once."""

from __future__ import annotations

from collections.abc import Sequence


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """The number of leading elements that are equal.

    >>> common_prefix([1, 2, 3], [1, 2, 4, 5])
    2
    """
    n = min(len(a), len(b))
    for i in range(n):
        if a[i] != b[i]:
            return i
    return n


def shared_prefix(prompts: Sequence[Sequence[int]]) -> Sequence[int]:
    """The longest prefix of all prompts that leaves at least one token of each.

    The last token of a prompt must be evaluated in its own sequence, which needs its logits.

    >>> shared_prefix([[1, 2, 3], [1, 2, 4, 5]]), shared_prefix([[1, 2, 3]])
    ([1, 2], [1, 2])
    """
    shared = prompts[0]
    for prompt in prompts[1:]:
        shared = shared[: common_prefix(shared, prompt)]
    return shared[: min(map(len, prompts)) - 1]
