"""`clean` leaves no character that controls a terminal or hides text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.ui.clean import clean


@given(st.text())
def test_no_control_or_bidi_character_is_left(text: str) -> None:
    for char in clean(text):
        code = ord(char)
        assert char in "\n\t" or (code >= 0x20 and not 0x7F <= code <= 0x9F)
        assert not 0xD800 <= code <= 0xDFFF
        assert code not in {0x202E, 0x2066, 0x200F, 0x061C, 0x200B}


@given(st.text(), st.text())
def test_cleaning_pieces_equals_cleaning_the_whole(a: str, b: str) -> None:
    assert clean(a) + clean(b) == clean(a + b)


def test_the_joiners_that_scripts_need_are_kept() -> None:
    assert clean("👩\u200d🚀 می\u200cخواهم") == "👩\u200d🚀 می\u200cخواهم"
