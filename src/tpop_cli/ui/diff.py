"""Marks the differences between two texts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from rich.text import Text

from .clean import clean

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
_MAX_PAIRS = 1_000_000  # pairs of equal pieces that are compared at once; about 0.2 s
_MAX_GAP_PAIRS = 2_000  # the same between two anchors

Block = tuple[int, int, int]
"""(start in the first text, start in the second text, length) of equal pieces."""


def mark_differences(first: str, second: str, styles: tuple[str, str]) -> tuple[Text, Text]:
    """Both texts: words that the other text lacks in bold and a style, shared words dim.

    Very long texts are compared between the words that both hold once, in time that is almost
    linear in their length.

    Args:
        first, second: the texts.
        styles: Rich styles for the differences in the first and in the second text.
    """
    pieces = [_PIECES.findall(clean(text).strip("\n")) for text in (first, second)]
    lowered = [[piece.lower() for piece in text] for text in pieces]
    marked = Text(), Text()
    i = j = 0
    for a, b, n in [*_equal_blocks(*lowered), (len(lowered[0]), len(lowered[1]), 0)]:
        for text, all_pieces, start, end, style in zip(
            marked, pieces, (i, j), (a, b), styles, strict=True
        ):
            _append(text, all_pieces[start:end], f"bold {style}")
            _append(text, all_pieces[end : end + n], "dim")
        i, j = a + n, b + n
    return marked


def _append(text: Text, pieces: Sequence[str], style: str) -> None:
    if pieces:
        text.append("".join(pieces), style)


def _equal_blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[Block]:
    """Blocks of pieces that both texts have in common, in order."""
    if _n_pairs(a, b) <= _MAX_PAIRS:
        yield from _blocks(a, b, 0, 0)
        return
    i = j = 0
    for p, q in [*_anchors(a, b), (len(a), len(b))]:
        # From an anchor, the texts are the same for a while; so they are before the next one.
        head = _common(a[i:p], b[j:q])
        yield i, j, head
        i, j = i + head, j + head
        tail = _common(a[i:p][::-1], b[j:q][::-1])
        gap = a[i : p - tail], b[j : q - tail]
        if _n_pairs(*gap) <= _MAX_GAP_PAIRS:
            yield from _blocks(*gap, i, j)
        yield p - tail, q - tail, tail
        i, j = p, q


def _n_pairs(a: Sequence[str], b: Sequence[str]) -> int:
    """The number of pairs of equal pieces, which the time of a comparison depends on."""
    counts = Counter(b)
    return sum(counts[piece] for piece in a)


def _blocks(a: Sequence[str], b: Sequence[str], i: int, j: int) -> Iterator[Block]:
    """The blocks of a full comparison of two parts that begin at `i` and `j`."""
    for block in SequenceMatcher(a=a, b=b, autojunk=False).get_matching_blocks():
        yield i + block.a, j + block.b, block.size


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of the common prefix."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((n for n, (one, two) in pairs if one != two), min(len(a), len(b)))


def _anchors(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int]]:
    """Places of pieces that both texts hold exactly once: the longest list that is in order."""
    once_a, once_b = ({p for p, n in Counter(text).items() if n == 1} for text in (a, b))
    place = {piece: j for j, piece in enumerate(b) if piece in once_b}
    pairs = [(i, place[piece]) for i, piece in enumerate(a) if piece in once_a and piece in place]
    # The longest increasing subsequence: the last place of the best list of each length.
    lasts: list[int] = []
    best: list[int] = []  # indices of pairs
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        length = bisect_left(lasts, j)
        before.append(best[length - 1] if length else -1)
        lasts[length : length + 1] = [j]
        best[length : length + 1] = [n]
    anchors, n = list[tuple[int, int]](), best[-1] if best else -1
    while n >= 0:
        anchors.append(pairs[n])
        n = before[n]
    return anchors[::-1]
