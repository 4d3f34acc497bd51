"""The one function that every string passes which the program did not write itself, before a terminal sees it."""

from __future__ import annotations

_C0_KEPT = {0x09, 0x0A}
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
_INVISIBLE = {
    0x200B,
    0x2060,
    0xFEFF,
    0x00AD,
}  # zero-width, but for the joiners that scripts need (ZWJ, ZWNJ)


def _shown(code: int) -> str:
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    if 0x80 <= code <= 0x9F:
        return "^[" + chr(code - 0x40)  # what a C1 control is in seven bits
    return f"<U+{code:04X}>"


_TABLE = {
    code: _shown(code)
    for code in [*range(0x20), 0x7F, *range(0x80, 0xA0), *_BIDI, *_INVISIBLE]
    if code not in _C0_KEPT
}
_TABLE.update(dict.fromkeys(range(55296, 57344), "�"))


def clean(text: str) -> str:
    r"""The text with every control character made visible; newline and tab stay.

    Works character by character, so a sequence that is split between two pieces of a stream is caught too.

    >>> clean("a\x1b[31mb\x07")
    'a^[[31mb^G'
    """
    return text.translate(_TABLE)
