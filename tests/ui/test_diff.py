"""Differences between two texts are marked word by word, and no text is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.ui.diff import mark_differences

STYLES = ("cyan", "magenta")


@given(st.text("ab c.\n", max_size=30), st.text("ab c.\n", max_size=30))
def test_marked_texts_are_complete_and_equal_texts_have_no_mark(first: str, second: str) -> None:
    one, two = mark_differences(first, second, STYLES)
    assert (one.plain, two.plain) == (first.strip("\n"), second.strip("\n"))
    if first == second:
        assert all(span.style == "dim" for span in one.spans)


def test_differences_are_marked_by_word() -> None:
    one, two = mark_differences("The sky is blue.", "The sky is red.", STYLES)
    assert [one.plain[s.start : s.end] for s in one.spans if s.style == "bold cyan"] == ["blue"]
    assert [two.plain[s.start : s.end] for s in two.spans if s.style == "bold magenta"] == ["red"]
