"""Differences between two texts are marked word by word, and no text is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.ui import diff
from tpop_cli.ui.diff import mark_differences

from ..faults.table import ODD_ANSWERS

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


LONG = {
    "one character": (".", "."),
    "words and spaces": ("a ", "a "),
    "two characters": ('"-', '"-'),
    "quoted letters": ("'a' ", '"a" '),
    "lines": ("a\n", "b\n"),
    "blank lines": ("\n", "\n"),
    "one word": ("a", "a"),
}


@ODD_ANSWERS.shown
@pytest.mark.parametrize("kind", LONG)
def test_long_texts_are_compared_in_linear_time(kind: str) -> None:
    one, two = LONG[kind]
    seconds = []
    for n in (15_000, 60_000):
        start = time.perf_counter()
        first, second = one * (n // len(one)), two * (n // len(one) // 2) + "new" + two * (n // 4)
        marked = mark_differences(first, second, STYLES)
        seconds.append(time.perf_counter() - start)
        assert [text.plain for text in marked] == [first.strip("\n"), second.strip("\n")]
    assert seconds[1] < 12 * seconds[0] + 0.05 and seconds[1] < 2, seconds


def test_differences_of_long_texts_are_marked_between_the_words_that_both_have() -> None:
    words = [f"word{n} is" for n in range(5000)]
    changed = [f"no{n} is" if n % 500 == 250 else word for n, word in enumerate(words)]
    one, two = mark_differences(" ".join(words), " ".join(changed), STYLES)
    assert [one.plain[s.start : s.end] for s in one.spans if s.style == "bold cyan"] == [
        f"word{n}" for n in range(250, 5000, 500)
    ]
    assert [two.plain[s.start : s.end] for s in two.spans if s.style == "bold magenta"] == [
        f"no{n}" for n in range(250, 5000, 500)
    ]


@given(st.text("abc .", max_size=60), st.text("abc .", max_size=60), st.integers(0, 20))
def test_anchored_comparisons_mark_no_shared_text_wrongly(a: str, b: str, limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diff, "_MAX_PAIRS", limit)
        patch.setattr(diff, "_MAX_GAP_PAIRS", limit)
        one, two = mark_differences(a, b, STYLES)
    assert (one.plain, two.plain) == (a, b)
    shared = [
        "".join(t.plain[s.start : s.end] for s in t.spans if s.style == "dim") for t in (one, two)
    ]
    assert shared[0] == shared[1]
