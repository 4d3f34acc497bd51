"""Splitting the output of a reasoning model into its thoughts and its answer."""

from __future__ import annotations

import pytest

from tpop_cli.core.thoughts import FAMILIES, THINK, ThoughtMarks, marks_of, split_thoughts

HARMONY = FAMILIES[0]
OUTPUTS = {  # what models write, and what it means
    "<think>\none two\n</think>\n\nthree": ("one two", "three"),
    "[THINK]one[/THINK]three": ("one", "three"),
    "<seed:think>one</seed:think>three": ("one", "three"),
    "<|channel>thought\none<channel|>three": ("one", "three"),
    "<|inner_prefix|>one<|inner_suffix|>three": ("one", "three"),
    "<|START_THINKING|>one<|END_THINKING|><|START_RESPONSE|>three": ("one", "three"),
    "<|channel|>analysis<|message|>one<|end|><|start|>assistant<|channel|>final<|message|>three": (
        "one",
        "three",
    ),
    "<|channel|>analysis<|message|>one<|end|>"
    "<|start|>assistant<|channel|>commentary<|message|>two<|end|>"
    "<|start|>assistant<|channel|>final<|message|>three": ("one\n\ntwo", "three"),
    "<|channel|>final<|message|>three": ("", "three"),
    "<|think|>one<|end|><|begin|>assistant<|content|>three": ("one", "three"),
    "<|open|>think<|sep|>one<|close|>think<|sep|><|open|>response<|sep|>three": ("one", "three"),
    "<think>one</think><think>two</think>three": ("one\n\ntwo", "three"),
    "three": ("", "three"),
}


@pytest.mark.parametrize("text", OUTPUTS)
def test_each_family_is_split_and_never_shows_a_thought_on_the_way(text: str) -> None:
    thought, answer = OUTPUTS[text]
    assert split_thoughts(text, FAMILIES)[:3] == (thought, answer, False)
    shown = ""
    for n in range(len(text) + 1):
        part = split_thoughts(text[:n], FAMILIES, done=False)
        assert answer.startswith(part.answer), text[:n]
        assert part.answer.startswith(shown)
        shown = part.answer
        if part.open is not None:
            assert thought.startswith(part.thought.rstrip()), text[:n]


@pytest.mark.parametrize("marks", FAMILIES, ids=lambda marks: marks.opening.strip())
def test_a_thought_that_the_prompt_begins_is_closed_by_the_familys_closing(
    marks: ThoughtMarks,
) -> None:
    cut = split_thoughts("one two", [marks], marks)
    assert (cut.thought, cut.answer, cut.open) == ("one two", "", marks)
    closed = split_thoughts(f"one two{marks.closing}three", [marks], marks)
    assert closed[:3] == ("one two", "three", False)


@pytest.mark.parametrize(
    ("text", "done", "thought", "answer"),
    [
        ("  \n<think> one </think> \n three ", True, "one", "three "),
        ("<think>one", True, "one", ""),
        ("<think>one", False, "one", ""),
        ("<think>one</thi", False, "one", ""),
        ("plain <b>", True, "", "plain <b>"),
        ("<thi", False, "", ""),
        ("<thi", True, "", "<thi"),
        (" <", False, "", ""),
        ("", False, "", ""),
        ("  ", False, "", "  "),
        ("<table>", False, "", "<table>"),
        ("It ends with </think> then.", True, "", "It ends with </think> then."),
        ("Write <think>x</think>.", True, "", "Write <think>x</think>."),
        ("<think>a</think>b</think>c", True, "a", "b</think>c"),
    ],
)
def test_thoughts_stand_before_the_answer_alone(
    text: str, done: bool, thought: str, answer: str
) -> None:
    assert split_thoughts(text, done=done)[:2] == (thought, answer)


@pytest.mark.parametrize(
    "text",
    [
        "<|START_THINKING|>one<|END_THINKING|><|START_RESPONSE|>three<|END_RESPONSE|>",
        "<|START_RESPONSE|>three<|END_RESPONSE|>",
        "<|channel|>final<|message|>three<|end|><|start|>assistant",
        "Here are my reasoning steps:\none[BEGIN FINAL RESPONSE]three",
    ],
)
def test_what_ends_an_answer_is_not_part_of_it(text: str) -> None:
    assert split_thoughts(text, FAMILIES).answer == "three"


def test_marks_are_found_in_the_template_or_among_the_special_tokens() -> None:
    assert marks_of("", frozenset()) == (THINK,)
    assert marks_of("... '[THINK]' ...", frozenset())[0].opening == "[THINK]"
    assert marks_of("", frozenset(HARMONY.markup))[0] is HARMONY
    assert HARMONY not in marks_of("", frozenset({"<|start|>", "<|end|>"}))
