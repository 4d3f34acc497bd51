"""Splitting the output of a reasoning model into its thoughts and its answer."""

from __future__ import annotations

import pytest

from tpop_cli.decoding.thinking import split_thinking


@pytest.mark.parametrize(
    ("text", "done", "thought", "answer"),
    [
        ("<think>one two</think>three", True, "one two", "three"),
        ("  \n<think> one </think> \n three ", True, "one", "three "),
        ("<think>one", True, "one", ""),
        ("<think>one", False, "one", ""),
        ("one</think> two", True, "one", "two"),
        ("plain <b>", True, "", "plain <b>"),
        ("<thi", False, "", ""),
        ("<thi", True, "", "<thi"),
        (" <", False, "", ""),
        ("", False, "", ""),
        ("  ", False, "", "  "),
        ("<table>", False, "", "<table>"),
    ],
)
def test_thoughts_and_answer_are_split_at_the_tags(
    text: str, done: bool, thought: str, answer: str
) -> None:
    assert split_thinking(text, done=done) == (thought, answer)


def test_thoughts_end_at_the_first_closing_tag() -> None:
    assert split_thinking("a</think>b</think>c") == ("a", "b</think>c")
    assert split_thinking("<think>a</think>b</think>c") == ("a", "b</think>c")


def test_text_counts_as_complete_by_default() -> None:
    assert split_thinking("<thi") == ("", "<thi")
