"""Texts are decoded in every encoding that says what it is, and refused in others."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.errors import BadDataError
from tpop_cli.store.text_files import decode_text, split_lines

ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"))


@given(TEXTS, st.sampled_from(sorted(ENCODINGS)))
def test_a_text_is_decoded_in_every_unicode_encoding(text: str, encoding: str) -> None:
    assert decode_text(ENCODINGS[encoding] + text.encode(encoding), "x") == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"caf\xe9", "notes is not UTF-8 text"),
        (b"cut \xe2\x98", "notes is not UTF-8 text"),
        (b"half \xed\xa0\x80 a pair", "notes is not UTF-8 text"),
        (b"a\0b", "notes holds NUL bytes"),
        ("Why?".encode("utf-16-le"), "UTF-16 without a byte order mark"),
        (codecs.BOM_UTF8 + b"caf\xe9", "notes is not valid UTF-8"),
        (codecs.BOM_UTF16_LE + b"W\0h\0y\0\0\0", "notes holds NUL bytes"),
        (codecs.BOM_UTF16_LE + b"\0\xd8", "notes is not valid UTF-16"),
        (b"PAR1\x15\x04\xff", "notes is a Parquet file, not a text"),
        (b"\x1f\x8b\x08\x00", "notes is a gzip archive, not a text"),
    ],
)
def test_anything_else_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(BadDataError, match=message) as caught:
        decode_text(data, "notes")
    assert caught.value.exit_code == 65
    assert "\n" not in caught.value.message and caught.value.hint


@given(st.lists(TEXTS.filter(lambda text: not {"\n", "\r"} & set(text)), min_size=1))
def test_only_newlines_separate_lines(lines: list[str]) -> None:
    assert split_lines("\n".join(lines)) == split_lines("\r\n".join(lines)) == lines
