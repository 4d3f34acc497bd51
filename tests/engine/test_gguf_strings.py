"""Skipping arrays of strings: the same end as a naive walk, whatever was read before."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.engine import gguf_strings
from tpop_cli.engine.gguf_strings import end_of_strings
from tpop_cli.errors import BadDataError


def array(texts: list[bytes]) -> bytes:
    return b"".join(struct.pack("<Q", len(text)) + text for text in texts)


@given(st.binary(max_size=20), st.lists(st.binary(max_size=9), max_size=30), st.binary(max_size=20))
def test_the_end_is_where_the_last_string_ends(
    before: bytes, texts: list[bytes], after: bytes
) -> None:
    data = before + array(texts) + after
    assert end_of_strings(data, len(before), len(texts)) == len(before) + len(array(texts))


N = 20_000
FIRST = [b"token %d" % n for n in range(N)]
SAME_LENGTH = [*FIRST[:-2], b"another", FIRST[-1] + FIRST[-2][:3]]
LONGER = [*FIRST[:-1], FIRST[-1] + b" and more"]


@pytest.mark.parametrize("texts", [FIRST, SAME_LENGTH, LONGER], ids=["same", "changed", "longer"])
def test_a_long_array_may_be_like_one_that_was_read(texts: list[bytes]) -> None:
    """Also where only its end differs, or the file is cut there."""
    gguf_strings._known.clear()
    for known, start in ((FIRST, 3), (texts, 11), (texts, 0)):
        data = bytes(start) + array(known) + b"rest"
        assert end_of_strings(data, start, N) == start + len(array(known))
    with pytest.raises(BadDataError):
        end_of_strings(array(texts)[:-9], 0, N + 1)
    with pytest.raises(BadDataError):
        end_of_strings(array(texts)[:-300], 0, N)
