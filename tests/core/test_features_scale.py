"""Features of any text take time linear in its length, and are those of the plain definition."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tpop_cli.core import features, text_parts
from tpop_cli.core.features import text_features

from ..faults.report import Figures
from ..faults.table import ODD_ANSWERS

PLAIN = {
    (text_parts, "_SENTENCE_END"): rf"[.!?…](?=[{text_parts._CLOSING}]*(\s|$))|[。！？]+|(?<!\d)．",
    (text_parts, "_LIST_ITEM"): r"^\s*(?:[-*•+]\s|(?:\d{1,3}[.)]\s|\d{1,3}．))\s*\S",
    (text_parts, "_LIST_NUMBER"): r"^\s*(?:\d{1,3}[.)](?=\s)|\d{1,3}．)",
    (features, "_HEADING"): r"^\s*(?:#{1,6}\s+\S|\*\*[^*\n]+\*\*:?\s*$)",
}
"""The definitions, which take quadratic time on some texts."""

PIECES = (
    *("\n", "\n\n", " ", "\t", "\r\n", "\x0b", "\x1c", "\x85", "\u2028", "\u3000"),
    *("-", "*", "•", "+", "1.", "12)", "123)", "1234.", "٣.", "#", "##", "#######", "**", "*", ":"),
    *(".", "...", "?!", "。", "！", "a", "word", "it’s", "for example", "'", '"', "_", "5"),
)

markdown = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=1000, deadline=None)
@given(st.one_of(markdown, st.text(st.characters(max_codepoint=0x2FF))))
@example("\n \n- \n\n- a\n\n\n1. b\n**Title**: \n \n\n# \n\nc")
def test_features_are_those_of_the_plain_definitions(text: str) -> None:
    measured = text_features(text)
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), pattern in PLAIN.items():
            patch.setattr(module, name, re.compile(pattern, re.MULTILINE))
        assert (measured == text_features(text)).all()


LONG: dict[str, Callable[[int], str]] = {
    "blank lines": lambda n: "x" + "\n" * n + "y",
    "blank lines at the end": lambda n: "x" + "\n" * n,
    "lines of spaces": lambda n: "x" + " \n" * (n // 2) + "y",
    "spaces": lambda n: " " * n + "y",
    "tabs and returns": lambda n: "\t\r" * (n // 2) + "y",
    "dots": lambda n: "." * n + "y",
    "dots and marks": lambda n: ".?!" * (n // 3) + "y",
    "dashes": lambda n: "-" * n,
    "dashes in lines": lambda n: "-\n" * (n // 2),
    "dashes before spaces": lambda n: "- " * (n // 2),
    "a dash before blank lines": lambda n: "-" + "\n" * n,
    "quotes": lambda n: "'" * n,
    "apostrophes": lambda n: "a'" * (n // 2),
    "quoted lines": lambda n: "> " * (n // 2),
    "hashes": lambda n: "#" * n,
    "a hash before blank lines": lambda n: "######" + "\n" * n,
    "asterisks": lambda n: "*" * n,
    "bold that does not end": lambda n: "**a\n" * (n // 4),
    "bold before spaces": lambda n: ("**a**" + " " * (n // 8) + "b\n") * 8,
    "bold before blank lines": lambda n: "**a**" + "\n" * n + "b",
    "digits": lambda n: "1" * n,
    "digits in lines": lambda n: "12\n" * (n // 3),
    "numbers of lists": lambda n: "1." * (n // 2),
    "one word": lambda n: "a" * n,
    "words": lambda n: "for such like e.g " * (n // 18),
    "line separators": lambda n: "\u2028\x85" * (n // 2) + "y",
    "contrasts that do not end": lambda n: "it's not just a " * (n // 16),
    "offers": lambda n: "if you want me any " * (n // 19),
    "fences": lambda n: "```\n" * (n // 4),
    "combining marks": lambda n: "e" + "\u0301" * n,
}


def seconds(text: str) -> float:
    """The shortest of three times to compute the features."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        text_features(text)
        times.append(time.perf_counter() - start)
    return min(times)


@ODD_ANSWERS.shown
@pytest.mark.parametrize("kind", LONG)
def test_features_take_linear_time(kind: str, figures: Figures) -> None:
    short, long = (seconds(LONG[kind](n)) for n in (15_000, 60_000))
    figures.add_time("60,000 characters measured after", long)
    assert long < 0.25, f"{kind}: {long:.2f} s for 60,000 characters"
    assert long < 12 * short + 0.01, f"{kind}: {short:.4f} s, then {long:.4f} s"
