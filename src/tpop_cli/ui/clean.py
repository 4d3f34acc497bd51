"""Makes text from outside the program safe to print: answers, file names, metadata of models."""

from __future__ import annotations

_C0_KEPT = {0x09, 0x0A}
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C}
# Zero-width characters, without the joiners ZWJ and ZWNJ: emoji and several scripts need those.
_INVISIBLE = {0x200B, 0x2060, 0xFEFF, 0x00AD}


def _shown(code: int) -> str:
    if code < 0x20 or code == 0x7F:
        return "^" + chr(code ^ 0x40)
    if 0x80 <= code <= 0x9F:
        return "^[" + chr(code - 0x40)  # the seven-bit form of a C1 control
    return f"<U+{code:04X}>"


_TABLE = {
    code: _shown(code)
    for code in [*range(0x20), 0x7F, *range(0x80, 0xA0), *_BIDI, *_INVISIBLE]
    if code not in _C0_KEPT
}
_TABLE.update(dict.fromkeys(range(0xD800, 0xE000), "�"))  # surrogates, which UTF-8 cannot encode


def clean(text: str) -> str:
    r"""The text with control, bidi and invisible characters shown as marks; newline and tab stay.

    Every character is replaced on its own, so an escape sequence that is split between two pieces
    of a stream is made harmless, too.

    >>> clean("a\x1b[31mb\x07")
    'a^[[31mb^G'
    """
    return text.translate(_TABLE)
