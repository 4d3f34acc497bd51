"""Simulated users prefer what their names say, and the difficult ones err as described."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.bench.users import CONSISTENT, DIFFICULT, TUNING, TUNING_DIFFICULT, USERS, User

BETTER = {
    "short": ("Yes.", "Yes, it is so, and more."),
    "long": ("Yes, it is so, and more.", "Yes."),
    "simple words": ("the dog can run to the water", "canine locomotion facilitates hydration"),
    "academic": (
        "The phenomenon demonstrates considerable complexity.",
        "It is a big one. It is so.",
    ),
    "lists": ("- one\n- two", "one and two"),
    "prose": ("one and two", "- one\n- two"),
    "upbeat": ("What a wonderful, happy day!", "It is a day."),
    "sober": ("It is a day.", "What a wonderful, happy day!"),
    "addresses the reader": ("You can do it.", "It can be done."),
    "impersonal": ("It can be done.", "You can do it, I think."),
    "vivid": ("golden leaves whisper in the cold wind", "data are stored in tables"),
    "concrete": ("In 1969 two people, Armstrong and Aldrin, landed.", "People landed once."),
    "question at the end": ("It is so. What do you think?", "It is so."),
    "short and upbeat": (
        "Great, yes!",
        "It is so, and it has been so for a very long time indeed, as all know. " * 4,
    ),
}
"""Name of a consistent user -> (the text that the user prefers, another text)."""


@pytest.mark.parametrize("user", CONSISTENT, ids=lambda user: user.name)
def test_a_users_taste_is_what_its_name_says(user: User) -> None:
    better, worse = BETTER[user.name]
    assert user.prefers(better, worse) == 1.0
    assert user.prefers(worse, better) == 0.0
    assert user.outcome(better, worse, 0, np.random.default_rng(0)) == 1.0
    assert user.consistent


def test_there_are_at_least_twelve_consistent_users() -> None:
    assert len(CONSISTENT) >= 12
    assert len(TUNING) >= 12


@pytest.mark.parametrize("user", (*DIFFICULT, *TUNING_DIFFICULT), ids=lambda user: user.name)
def test_difficult_users_are_not_consistent(user: User) -> None:
    assert not user.consistent


def test_every_user_has_a_name_of_their_own() -> None:
    together = (*CONSISTENT, *DIFFICULT, *TUNING, *TUNING_DIFFICULT)
    assert list(USERS) == [user.name for user in together]


def test_a_flipped_user_errs_in_that_share_of_duels() -> None:
    noisy, rng = DIFFICULT[0], np.random.default_rng(0)
    better, worse = BETTER["simple words"]
    assert 0.8 < np.mean([noisy.outcome(better, worse, 0, rng) for _ in range(1000)]) < 0.9


def test_an_indifferent_user_picks_at_random() -> None:
    indifferent, rng = DIFFICULT[1], np.random.default_rng(0)
    assert 0.45 < np.mean([indifferent.outcome("a", "bb", 0, rng) for _ in range(1000)]) < 0.55


def test_a_taste_reverses_after_the_20th_duel() -> None:
    reversing, rng = DIFFICULT[2], np.random.default_rng(0)
    assert reversing.outcome("a", "bb", 19, rng) == 1.0
    assert reversing.outcome("a", "bb", 20, rng) == 0.0
    assert (reversing.prefers("a", "bb", 20), reversing.prefers("a", "bb", 21)) == (1.0, 0.0)


def test_equal_measures_are_a_tie() -> None:
    assert USERS["short"].outcome("a", "b", 0, np.random.default_rng(0)) == 0.5
    assert USERS["short"].prefers("a", "b") == 0.5
