"""Texts in the encodings that people's systems write: UTF-8, and UTF-16 or UTF-32 with a BOM."""

from __future__ import annotations

import codecs

from ..errors import BadDataError

_BOMS = (  # UTF-32 first: its little-endian BOM begins with the one of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_SIGNATURES = (
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"GGUF", "a model file"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
)


def decode_text(data: bytes, name: str) -> str:
    r"""Decode a text that a user provides. Line ends stay as they are.

    Args:
        data: UTF-8 with or without a BOM, or UTF-16 or UTF-32 with one.
        name: of the file, for the error message.

    Raises:
        BadDataError: the data is in another encoding, or is no text.

    >>> decode_text(b"\xff\xfea\x00", "notes.txt")
    'a'
    """
    bom, encoding = next((one for one in _BOMS if data.startswith(one[0])), (b"", "utf-8"))
    try:
        text = data[len(bom) :].decode(encoding)
    except UnicodeDecodeError:
        text = None
    if text is None or "\0" in text:
        found = next((kind for start, kind in _SIGNATURES if data.startswith(start)), None)
        if found:
            raise BadDataError(f"{name} is {found}, not a text", "give a text in UTF-8")
        if text is None and bom:
            raise BadDataError(
                f"{name} is not valid {encoding.upper().removesuffix('-LE').removesuffix('-BE')}",
                "save it as UTF-8",
            )
        if b"\0" in data:
            raise BadDataError(
                f"{name} holds NUL bytes: it is no text, or UTF-16 without a byte order mark",
                "convert it: iconv -f UTF-16LE -t UTF-8 OLD > NEW",
            )
        raise BadDataError(
            f"{name} is not UTF-8 text",
            "convert it, for example: iconv -f LATIN1 -t UTF-8 OLD > NEW",
        )
    return text


def split_lines(text: str) -> list[str]:
    r"""Split a text at \n and \r\n alone.

    `str.splitlines` also splits at characters that JSON allows within a string, such as U+2028.

    >>> split_lines("one\u2028two\r\nthree\n")
    ['one\u2028two', 'three', '']
    """
    return [line.removesuffix("\r") for line in text.split("\n")]
