"""Judges with one measurable taste, and the win rate of what they taught.

tests/test_end_to_end.py teaches the starter model.
"""

from __future__ import annotations

import pytest

from tpop_cli.bench.taught import JUDGES, TaughtResult, UserJudge, taught_against_fresh
from tpop_cli.store.profile import Profile

from ..fakes import FakeEngine


def test_a_judge_decides_by_the_users_taste() -> None:
    judge = UserJudge(JUDGES["shorter"])
    assert judge.decide("Why?", ["a", "bb"]) == "1"
    assert judge.decide("Why?", ["bb", "a"]) == "2"
    assert judge.decide("Why?", ["a", "b"]) == "="


def test_the_win_rate_is_the_mean_of_the_wins_within_its_interval() -> None:
    result = TaughtResult({}, (1.0, 0.0, 1.0, 1.0))
    assert result.rate.mean == 0.75
    assert 0 <= result.rate.low < 0.75 < result.rate.high <= 1
    assert str(TaughtResult({}, (1.0,)).rate) == "1.00 [1.00, 1.00]"


@pytest.mark.parametrize("name", JUDGES)
def test_a_taught_profile_is_compared_for_every_seed_and_prompt(name: str) -> None:
    profile = Profile("taught")
    result = taught_against_fresh(
        FakeEngine(), profile, JUDGES[name], n_duels=3, prompts=["a", "b"], max_tokens=8
    )
    assert profile.n_picks == 3
    assert len(result.wins) == 4
    assert set(result.wins) <= {0.0, 0.5, 1.0}
