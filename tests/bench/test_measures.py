"""Measures of what steering costs an answer."""

from __future__ import annotations

import pytest

from tpop_cli.bench.measures import (
    covers_topic,
    fences_whole,
    names_answer,
    on_topic,
    quotes,
    repeated,
)


def test_four_consecutive_words_of_an_instruction_are_a_quote() -> None:
    assert quotes(["Please be very friendly, upbeat!"], "Sure: be very friendly, upbeat, I am.")
    assert not quotes(["Please be very friendly, upbeat!"], "I am friendly and upbeat.")
    assert not quotes([], "Please be very friendly.")


def test_repetition_is_the_share_of_4_grams_that_occurred_before() -> None:
    assert repeated([1, 2, 3, 4, 1, 2, 3, 4]) == pytest.approx(1 / 5)
    assert repeated([1, 2]) == 0


def test_an_answer_is_on_topic_if_it_names_a_long_word_of_the_question() -> None:
    assert on_topic("How do vaccines work?", "A vaccine trains the immune system.")
    assert not on_topic("How do vaccines work?", "Bread rises in an hour.")


@pytest.mark.parametrize("text", ["It is 12.", "12", "Twelve!", "3*4=12", "(12)", "**12**, then"])
def test_an_expected_answer_is_found_as_a_whole_word(text: str) -> None:
    assert names_answer("12|twelve", text)


@pytest.mark.parametrize(
    "text", ["", "112", "120", "1.12", "12.5", "1,12", "twelveth", "-12", "x12"]
)
def test_an_expected_answer_is_no_part_of_another_number_or_word(text: str) -> None:
    assert not names_answer("12|twelve", text)
    assert not names_answer("four", "sixty-four")


def test_an_answer_on_the_topic_has_two_of_its_words_and_one_of_its_own() -> None:
    prompt, stems = "How do I bake bread?", "bread flour yeast oven knead dough"
    assert covers_topic(prompt, stems, "Knead the dough.")
    assert covers_topic(prompt, stems, "For BREAD you need flour.")
    assert not covers_topic(prompt, stems, "You asked: how do I bake bread? Bread!")
    assert not covers_topic(prompt, stems, "You need an oven, a big oven.")
    assert not covers_topic(prompt, stems, "Do you have a favorite joke?")
    assert not covers_topic(prompt, stems, "Fishbread and cornflour.")


def test_fences_are_whole_if_each_is_closed_or_the_answer_was_cut() -> None:
    assert fences_whole("no code")
    assert fences_whole("```python\nx\n```\nthen\n  ```\ny\n  ```")
    assert not fences_whole("```python\nx")
    assert fences_whole("```python\nx", finished=False)
    assert fences_whole("`inline ``` of text`")
