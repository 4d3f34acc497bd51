"""What token sequences have in common at their start: the part of a prompt that is evaluated once."""

from __future__ import annotations

from collections.abc import Sequence


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """How many leading elements are equal.

    >>> common_prefix([1, 2, 3], [1, 2, 4, 5])
    2
    """
    n = min(len(a), len(b))
    for i in range(n):
        if a[i] != b[i]:
            return i
    return n


def shared_prefix(prompts: Sequence[Sequence[int]]) -> Sequence[int]:
    """What all prompts start with, one token short of the shortest: its logits must be computed.

    >>> shared_prefix([[1, 2, 3], [1, 2, 4, 5]]), shared_prefix([[1, 2, 3]])
    ([1, 2], [1, 2])
    """
    shared = prompts[0]
    for prompt in prompts[1:]:
        shared = shared[: common_prefix(shared, prompt)]
    return shared[: min(map(len, prompts)) - 1]
