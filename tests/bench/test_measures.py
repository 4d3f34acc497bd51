"""Measures of what steering costs an answer."""

from __future__ import annotations

import pytest

from tpop_cli.bench.measures import on_topic, quotes, repeated


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
