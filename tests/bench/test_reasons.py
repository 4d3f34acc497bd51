"""Truthful reasons make a taste known sooner, whoever's taste it is."""

from __future__ import annotations

import numpy as np

from tpop_cli.bench.reasons import COUNTS, accuracy, crowd_weights, two_features
from tpop_cli.core.features import FEATURES


def test_reasons_help_people_of_both_kinds() -> None:
    for people in (crowd_weights(3), two_features(12)):
        without, named = (accuracy(people, weight, runs=1) for weight in (0.0, 1.0))
        assert list(without) == list(COUNTS)
        assert all(0.4 < value < 1 for value in without.values())
        assert named[20] > without[20] + 0.02
        assert without[20] > without[5]


def test_people_are_the_same_every_time() -> None:
    assert np.array_equal(crowd_weights(2), crowd_weights(2))
    assert {int(np.count_nonzero(w)) for w in two_features(5)} == {2}
    assert all(len(w) == len(FEATURES) for w in crowd_weights(1))
