"""Skips the arrays of strings in GGUF headers: vocabularies of up to 262,144 tokens.

Each string begins with its length, so an array has to be walked through. Models of one family have
the same vocabulary: an array that equals one that was walked through before is skipped at once.
"""

from __future__ import annotations

import hashlib
import mmap
import struct

from ..errors import BadDataError

_LENGTH = struct.Struct("<Q")
_MANY = 10_000  # shorter arrays are walked through in less than a millisecond
_START_BYTES = 1024

_known: dict[tuple[int, bytes], dict[int, bytes]] = {}
"""(number of strings, start of the array) -> {length in bytes: digest}, of arrays seen so far."""


def end_of_strings(data: mmap.mmap | bytes, start: int, n: int) -> int:
    """The position after n strings, each a length in eight bytes and its text.

    Raises:
        BadDataError: a string reaches past the end of the data.
    """
    if n < _MANY:
        return _walk(data, start, n)
    known = _known.setdefault((n, data[start : start + _START_BYTES]), {})
    for length, digest in known.items():
        if _digest(data, start, start + length) == digest:
            return start + length
    end = _walk(data, start, n)
    if end <= len(data):
        known[end - start] = _digest(data, start, end)
    return end


def _walk(data: mmap.mmap | bytes, position: int, n: int) -> int:
    length = _LENGTH.unpack_from
    try:
        for _ in range(n):
            position += 8 + length(data, position)[0]
    except (struct.error, OverflowError):
        raise BadDataError("a length in its header reaches past the end of the file") from None
    return position


def _digest(data: mmap.mmap | bytes, start: int, end: int) -> bytes:
    with memoryview(data) as whole, whole[start:end] as part:
        return hashlib.sha1(part, usedforsecurity=False).digest()
