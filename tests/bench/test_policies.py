"""How each policy chooses the arms of a duel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.policies import NO_LEARNING, POLICIES, NullLearner
from tpop_cli.bench.simulate import Variant
from tpop_cli.core.arms import ArmRules, exploit, explore_options
from tpop_cli.core.axes import AXES
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste
from tpop_cli.session.axes_learner import ucb_pair
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from .example_runs import player, traces_of

TASTE = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
RULES = ArmRules()


def test_the_default_policy_is_that_of_the_program() -> None:
    assert next(iter(POLICIES)) == "ucb"
    assert POLICIES["ucb"](np.random.default_rng(0)) is ucb_pair


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_chooses_candidates_reproducibly(name: str) -> None:
    pairs = [POLICIES[name](np.random.default_rng(0))(TASTE, RULES) for _ in range(2)]
    assert pairs[0] == pairs[1]
    assert all(strengths in explore_options(AXES) for strengths in pairs[0])


@pytest.mark.parametrize("name", ["thompson", "random pairs"])
def test_a_random_policy_draws_anew_for_every_duel(name: str) -> None:
    policy = POLICIES[name](np.random.default_rng(0))
    assert len({str(policy(TASTE, RULES)) for _ in range(10)}) > 1


def test_twin_samples_are_both_the_exploit_arm() -> None:
    first, second = POLICIES["twin samples"](np.random.default_rng(0))(TASTE, RULES)
    assert first == second == exploit(TASTE, RULES)


@pytest.mark.parametrize("policy", [*POLICIES, NO_LEARNING])
@pytest.mark.parametrize("reward", ["axes", "strengths alone"])
def test_every_policy_plays_and_only_learners_learn(
    cache: AnswerCache, policy: str, reward: str
) -> None:
    (trace,) = traces_of(cache, [player(variant=Variant(policy, reward))])
    assert sorted(trace.strengths) == [0, 2, 6]
    assert trace.strengths[0] == {}
    if policy == NO_LEARNING:
        assert trace.strengths[6] == {}


def test_the_null_learner_learns_nothing_from_a_pick(cache: AnswerCache, tmp_path: Path) -> None:
    learner = NullLearner(Profile("null", AXES, tmp_path))
    session = Session(cache.engine, learner, SessionOptions(max_tokens=12), cache)
    duel = session.duel("Why?")
    session.pick(duel, "1")
    assert duel.strengths == ({}, {})
    assert duel.predicted == 0.5
    assert session.strengths() == {}
    assert session.taste.n == 0
