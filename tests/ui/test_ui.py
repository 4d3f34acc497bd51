"""What is drawn, as exact strings on consoles of fixed width."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from tpop_cli.core.axes import AXES
from tpop_cli.core.describe import AxisTaste, axis_tastes, taste_line, why
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste
from tpop_cli.ui.clean import clean
from tpop_cli.ui.diff import marked
from tpop_cli.ui.duel import EARLY_KEYS, KEYS, STOP_KEYS, DuelView, Side, keys_line, markdown
from tpop_cli.ui.taste import bar, taste_table

COLORS = ("cyan", "magenta")


def draw(renderable: RenderableType, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=24, legacy_windows=False, _environ={})
    console.print(renderable)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_wide_terminals_show_candidates_side_by_side() -> None:
    lines = draw(DuelView((Side("Yes.", True), Side("No.", False)), COLORS, 3), 120)
    assert lines[0].startswith("╭─  1  ─") and "╭─  2  ─" in lines[0]
    assert lines[1] == "│ Yes." + " " * 53 + "││ No." + " " * 54 + "│"
    assert "writing…" in lines[2]


def test_narrow_terminals_stack_them() -> None:
    lines = draw(
        DuelView((Side("Yes.", True), Side("No.", True, "cut at --max-tokens")), COLORS, None), 60
    )
    assert [line[:8] for line in lines] == [
        "╭─  1  ─",
        "│ Yes.  ",
        "╰───────",
        "╭─  2  ─",
        "│ No.   ",
        "╰───────",
    ]
    assert "cut at --max-tokens" in lines[-1]


@pytest.mark.parametrize("width", [1, 20, 60, 100, 110, 200])
def test_a_streaming_view_never_outgrows_its_height(width: int) -> None:
    text = "\n".join(f"line {i} of a long answer" for i in range(100))
    lines = draw(DuelView((Side(text, False), Side("short", False)), COLORS, 12), width)
    assert len(lines) <= 12
    assert all(len(line) <= width for line in lines)
    if width >= 60:
        assert any("line 99" in line for line in lines)  # the tail shows, not the head
        assert not any("line 0 " in line for line in lines)


def test_a_finished_view_shows_the_whole_of_both() -> None:
    text = "\n\n".join(f"paragraph {i}" for i in range(40))
    joined = "\n".join(draw(DuelView((Side(text, True), Side("x", True)), COLORS, None), 120))
    assert all(f"paragraph {i}" in joined for i in range(40))


def test_wide_characters_keep_the_columns() -> None:
    lines = draw(DuelView((Side("日本語 🙂", True), Side("ok", True)), COLORS, 3), 120)
    from rich.cells import cell_len

    assert {cell_len(line) for line in lines} == {120}


@pytest.mark.parametrize("text", ["[/b]", "[link=x]y[/link]", ":smile:", "[bold]"])
def test_markup_of_a_model_is_plain_text(text: str) -> None:
    assert text in "\n".join(draw(DuelView((Side(text, True), Side("", True)), COLORS, 8), 60))


def test_links_show_their_address() -> None:
    assert "https://evil.example" in "\n".join(draw(markdown("[home](https://evil.example)")))


@given(st.text())
def test_no_control_character_is_ever_shown(text: str) -> None:
    for char in clean(text):
        code = ord(char)
        assert char in "\n\t" or (code >= 0x20 and not 0x7F <= code <= 0x9F)
        assert not 0xD800 <= code <= 0xDFFF
        assert code not in {0x202E, 0x2066, 0x200F, 0x061C, 0x200B}


@given(st.text(), st.text())
def test_cleaning_pieces_is_cleaning_the_whole(a: str, b: str) -> None:
    assert clean(a) + clean(b) == clean(a + b)


def test_joiners_that_scripts_need_are_kept() -> None:
    assert clean("👩\u200d🚀 می\u200cخواهم") == "👩\u200d🚀 می\u200cخواهم"


def test_the_footer_names_every_verdict() -> None:
    assert [word for word in "12=xsr" if word in keys_line().plain] == list("12=xsr")


def test_bars_lean_towards_the_preferred_pole() -> None:
    assert (
        bar(AxisTaste("length", "brief", "detailed", 1.0, 0.99)).plain == "·" * 8 + "│" + "████····"
    )
    assert (
        bar(AxisTaste("length", "brief", "detailed", -5.0, 0.99)).plain == "█" * 8 + "│" + "·" * 8
    )


def test_certainty_in_words() -> None:
    words = [
        AxisTaste("length", "brief", "detailed", lean, c).words
        for lean, c in [(1, 0.99), (-1, 0.85), (1, 0.6)]
    ]
    assert words[:2] == ["you prefer brief: sure", "you prefer detailed: probably"]
    assert words[2] == "brief or detailed: not enough evidence"
    counted = AxisTaste("length", "brief", "detailed", -1, 0.99, toward_won=2, clear=16)
    assert counted.words == "you prefer detailed: sure (14 of 16 picks)"
    coin = AxisTaste("length", "brief", "detailed", -1, 0.99, trusted=False)
    assert (
        coin.words == "brief or detailed: not enough evidence"
    )  # the picks as a whole were a coin's


def test_a_fresh_profile_knows_nothing() -> None:
    fresh = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    assert taste_line(fresh) == "not enough evidence yet"
    tastes = axis_tastes(fresh)
    assert all(t.words.endswith("not enough evidence") for t in tastes)
    assert len(draw(taste_table(tastes))) == len(AXES) + 1


@given(st.text("ab c.\n", max_size=30), st.text("ab c.\n", max_size=30))
def test_marked_texts_are_whole_and_only_differences_stand_out(first: str, second: str) -> None:
    one, two = marked(first, second, ("cyan", "magenta"))
    assert (one.plain, two.plain) == (first.strip("\n"), second.strip("\n"))
    if first == second:
        assert all(span.style == "dim" for span in one.spans)


def test_differences_are_marked_by_word() -> None:
    one, two = marked("The sky is blue.", "The sky is red.", ("cyan", "magenta"))
    assert [one.plain[s.start : s.end] for s in one.spans if s.style == "bold cyan"] == ["blue"]
    assert [two.plain[s.start : s.end] for s in two.spans if s.style == "bold magenta"] == ["red"]
    lines = draw(
        DuelView((Side("a **b**", True), Side("a c", True)), COLORS, None, marking=True), 120
    )
    assert "a **b**" in lines[1]  # as it was written


def test_why_says_what_is_tried_and_not_where() -> None:
    taste = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    axis = AXES[0]
    assert (
        why(taste, {}, {axis.name: 1.0})
        == f'one of them tries "{axis.toward.name}": still unsure whether you like that'
    )
    assert (
        why(taste, {axis.name: 1.0}, {})
        == f'one of them goes without "{axis.toward.name}": is that really what you like?'
    )
    assert "alike" in why(taste, {}, {})


def test_a_footer_fits_a_hundred_columns() -> None:
    for keys in (KEYS, EARLY_KEYS, STOP_KEYS):
        assert len(keys_line(keys).plain.rstrip()) <= 100


def test_thoughts_are_dim_or_hidden() -> None:
    shown = draw(
        DuelView((Side("Yes.", True, thought="long thoughts"), Side("No.", True)), height=8), 120
    )
    assert any("long thoughts" in line for line in shown)
    waiting = draw(DuelView((Side("", False, hidden=True), Side("", False)), height=4), 120)
    assert "thinking…" in waiting[1]
    assert "…" in waiting[1].split("││")[1]
