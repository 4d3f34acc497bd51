"""Simulated users prefer what their names say, and the difficult ones err as described."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.bench.user_groups import GROUPS, SPLIT_USERS, USERS
from tpop_cli.bench.users import (
    CONSISTENT,
    DIFFICULT,
    MANNERS,
    MIDDLE,
    TUNING,
    TUNING_DIFFICULT,
    TUNING_MANNERS,
    TUNING_MIDDLE,
    User,
)

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
    "no greeting": ("Water boils.", "Hello, sure! Water boils."),
    "a greeting": ("Hello, sure! Water boils.", "Water boils."),
    "no markup": ("Water boils.", "# Water\n**It boils.**"),
    "markup": ("# Water\n**It boils.**", "Water boils."),
    "symbols": ("Water boils 💧", "Water boils."),
    "firm": ("Water always boils.", "Water may boil."),
    "soft": ("Water may boil.", "Water always boils."),
    "no farewell": ("Water boils.", "Water boils. I hope I could help you!"),
    "a farewell": ("Water boils. I hope I could help you!", "Water boils."),
    "at once": ("Water boils.", "Good that you ask! Water boils."),
    "welcomed": ("Good that you ask! Water boils.", "Water boils."),
    "unformatted": ("Water boils.", "# Water\n**It boils.**"),
    "formatted": ("# Water\n**It boils.**", "Water boils."),
    "faces": ("Water boils 💧", "Water boils."),
    "no faces": ("Water boils.", "Water boils 💧"),
    "sure": ("Water boils.", "Water boils, but it may not."),
    "careful": ("Water boils, but it may not.", "Water boils."),
    "stops": ("Water boils.", "Water boils. Let me know!"),
    "sent off": ("Water boils. Let me know!", "Water boils."),
    "no talk": ("```\nx = 1\n```", "This sets x.\n```\nx = 1\n```"),
    "talk": ("This sets x.\n```\nx = 1\n```", "```\nx = 1\n```"),
    "short and upbeat": (
        "Great, yes!",
        "It is so, and it has been so for a very long time indeed, as all know. " * 4,
    ),
}
"""Name of a consistent user -> (the text that the user prefers, another text)."""


@pytest.mark.parametrize(
    "user", (*CONSISTENT, *MANNERS, *TUNING_MANNERS), ids=lambda user: user.name
)
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
    together = [user.name for users in SPLIT_USERS.values() for user in users]
    assert list(USERS) == together == list(dict.fromkeys(together))
    grouped = [name for names in GROUPS.values() for name in names]
    assert len(grouped) == len(set(grouped))


MIDDLES = {
    "60 words": ("word " * 55, "word " * 20, "word " * 200),
    "100 words": ("word " * 110, "word " * 40, "word " * 300),
    "three items": ("- a\n- b\n- c", "a", "- a\n" * 9),
    "plain English": (
        "The water in the kettle gets hot, and then the tea is made with leaves.",
        "The cat sat. It ran. We go.",
        "Considerable organizational complexity necessitates interdisciplinary communication.",
    ),
    "mildly warm": ("It is a nice day " + "and so it is " * 5, "It is a day.", "Great! Nice! Fun!"),
    "medium sentences": ("word " * 14 + ".", "word word.", "word " * 60 + "."),
    "five sentences": ("So it is. " * 5, "So it is.", "So it is. " * 20),
    "400 characters": ("x" * 390, "x" * 100, "x" * 2000),
    "two items": ("- a\n- b", "a", "- a\n" * 9),
    "middling words": ("short words are better", "a b c d e", "interdisciplinary communication"),
    "one exclamation mark": ("Hi! So it is.", "So it is.", "Hi! So! It! Is!"),
}
"""Name of a user with a middle -> (the best text, one with too little, one with too much)."""


@pytest.mark.parametrize("user", (*MIDDLE, *TUNING_MIDDLE), ids=lambda user: user.name)
def test_users_with_a_middle_like_neither_extreme(user: User) -> None:
    best, less, more = MIDDLES[user.name]
    assert user.prefers(best, less) == user.prefers(best, more) == 1.0
    assert user.consistent
    assert user.prefers(best, "") == 1.0


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
