"""The view of a duel as exact strings on consoles of fixed width."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tpop_cli.ui.duel import EARLY_KEYS, KEYS, STOP_KEYS, DuelView, Side, keys_line, markdown

from .console import draw


def test_a_wide_terminal_shows_the_candidates_side_by_side() -> None:
    lines = draw(DuelView((Side("Yes.", True), Side("No.", False)), height=3), 120)
    assert lines[0].startswith("╭─  1  ─") and "╭─  2  ─" in lines[0]
    assert lines[1] == "│ Yes." + " " * 53 + "││ No." + " " * 54 + "│"
    assert "writing…" in lines[2]


def test_a_narrow_terminal_stacks_the_candidates() -> None:
    lines = draw(DuelView((Side("Yes.", True), Side("No.", True, "cut at --max-tokens"))), 60)
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
def test_a_streaming_view_fits_its_height_and_width(width: int) -> None:
    text = "\n".join(f"line {i} of a long answer" for i in range(100))
    lines = draw(DuelView((Side(text, False), Side("short", False)), height=12), width)
    assert len(lines) <= 12
    assert all(len(line) <= width for line in lines)
    if width >= 60:  # the last lines of the answer are shown, not the first
        assert any("line 99" in line for line in lines)
        assert not any("line 0 " in line for line in lines)


def test_a_finished_view_shows_both_answers_in_full() -> None:
    text = "\n\n".join(f"paragraph {i}" for i in range(40))
    shown = "\n".join(draw(DuelView((Side(text, True), Side("x", True))), 120))
    assert all(f"paragraph {i}" in shown for i in range(40))


def test_wide_characters_keep_the_frames_aligned() -> None:
    lines = draw(DuelView((Side("日本語 🙂", True), Side("ok", True)), height=3), 120)
    assert {cell_len(line) for line in lines} == {120}


@pytest.mark.parametrize("text", ["[/b]", "[link=x]y[/link]", ":smile:", "[bold]"])
def test_rich_markup_in_an_answer_is_plain_text(text: str) -> None:
    assert text in "\n".join(draw(DuelView((Side(text, True), Side("", True)), height=8), 60))


def test_a_link_shows_its_address() -> None:
    assert "https://evil.example" in "\n".join(draw(markdown("[home](https://evil.example)")))


def test_show_diff_shows_the_answers_as_plain_text() -> None:
    view = DuelView((Side("a **b**", True), Side("a c", True)), show_diff=True)
    assert "a **b**" in draw(view, 120)[1]


def test_thoughts_are_shown_or_replaced_by_a_mark() -> None:
    sides = Side("Yes.", True, thought="long thoughts"), Side("No.", True)
    assert any("long thoughts" in line for line in draw(DuelView(sides, height=8), 120))
    waiting = draw(DuelView((Side("", False, hidden=True), Side("", False)), height=4), 120)
    first, second = waiting[1].split("││")
    assert "thinking…" in first
    assert "…" in second


def test_the_footer_names_every_verdict() -> None:
    assert [char for char in "12=xsr" if char in keys_line().plain] == list("12=xsr")


def test_every_footer_fits_a_hundred_columns() -> None:
    for keys in (KEYS, EARLY_KEYS, STOP_KEYS):
        assert len(keys_line(keys).plain.rstrip()) <= 100
