"""Users drawn from crowds: the same ones every time, who err as Bradley and Terry say."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from tpop_cli.bench.crowd_users import crowd_users
from tpop_cli.bench.user_groups import CROWD, GROUPS, SPLIT_USERS, TUNING_CROWD
from tpop_cli.core.features import FEATURES, SPREAD, text_features

TEXTS = ("Yes.", "- one\n- two\n- three", "You may well ask! What do you think?", "word " * 200)


def test_the_same_number_is_the_same_user_and_others_differ() -> None:
    again = crowd_users(1, 3)
    assert [user.name for user in again] == [user.name for user in CROWD]
    for one, other in zip(again, CROWD, strict=True):
        assert [one.measure(text) for text in TEXTS] == [other.measure(text) for text in TEXTS]
    utilities = {tuple(user.measure(text) for text in TEXTS) for user in (*CROWD, *TUNING_CROWD)}
    assert len(utilities) == len(CROWD) + len(TUNING_CROWD)


def test_a_crowd_s_users_have_its_weights_on_average() -> None:
    """The writers like shorter texts, and UKPConvArg longer ones; utilities are linear in w."""
    crowds = json.loads((files("tpop_cli") / "data" / "crowds.json").read_text("utf-8"))["crowds"]
    many = crowd_users(1000, 300)
    long, longer = ("Tea is a drink. " * n for n in (8, 16))
    change = (text_features(longer) - text_features(long)) / SPREAD
    assert np.flatnonzero(abs(change) > 1e-9).tolist() == [FEATURES.index("length")]
    for crowd, body in crowds.items():
        own = [u.measure(longer) - u.measure(long) for u in many if u.name.startswith(crowd)]
        assert len(own) == 300
        mean, spread = body["weights"]["length"]
        x = [text_features(t)[0] / SPREAD[0] for t in (long, longer)]
        center = np.log1p(100) / SPREAD[0]
        curve = -0.5 * ((x[1] - center) ** 2 - (x[0] - center) ** 2)
        expected = mean * change[0] + body["weights"]["length, curved"][0] * curve
        assert np.mean(own) == pytest.approx(expected, abs=0.25 * (1 + spread))


def test_picks_are_as_random_as_utilities_say() -> None:
    user, rng = CROWD[0], np.random.default_rng(0)
    for first, second in pairwise(TEXTS):
        gap = user.measure(first) - user.measure(second)
        picks = [user.outcome(first, second, 0, rng) for _ in range(2000)]
        assert set(picks) <= {0.0, 1.0}
        assert np.mean(picks) == pytest.approx(1 / (1 + np.exp(-gap)), abs=0.04)
        assert user.prefers(first, second) == float(gap > 0)


def test_crowds_are_a_group_whose_tuning_users_are_others() -> None:
    names = {user.name for user in CROWD}
    assert names < GROUPS["crowd"]
    assert names <= {user.name for user in SPLIT_USERS["report"]}
    assert not names & {user.name for user in SPLIT_USERS["tune"]}
    assert all(user.consistent for user in CROWD)
