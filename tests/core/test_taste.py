"""Learning one by one, noticing that a taste turned, and knowing when to ask: on tastes that are known."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.core.arms import ArmRules, exploit
from tpop_cli.core.asking import AskRules, optimistic_gain, should_ask
from tpop_cli.core.axes import Axis, Pole
from tpop_cli.core.features import FEATURES
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste

AXES = (
    Axis("length", Pole("brief", "Be brief."), Pole("long", "Be long.")),
    Axis("tone", Pole("warm", "Be warm."), Pole("cold", "Be cold.")),
)
B = ResponseMatrix(
    {"brief": {"length": -2.0}, "long": {"length": 1.0}, "warm": {"exclamation marks": 2.0}}
)
D = 4 + len(FEATURES)
LENGTH = 4 + FEATURES.index("length")


def fresh() -> Taste:
    return Taste.fresh(AxesReward.fresh(AXES, B))


def differences(n: int, seed: int = 0) -> np.ndarray:
    d = np.random.default_rng(seed).normal(0, 0.3, (n, D))
    d[:, LENGTH] = np.random.default_rng(seed + 1).choice([-1.5, 1.5], n)
    return d


def likes_short(d: np.ndarray) -> float:
    return float(d[LENGTH] < 0)


def test_evidence_grows_with_a_taste_and_not_with_a_coin() -> None:
    taste, coin = fresh(), fresh()
    flips = np.random.default_rng(4).integers(0, 2, 40)
    for d, flip in zip(differences(40), flips, strict=True):
        taste, coin = taste.learn(d, likes_short(d)), coin.learn(d, float(flip))
    assert taste.log_bayes_factor > 5
    assert coin.log_bayes_factor < 0
    assert taste.n == 40
    assert len(taste.recent) == 16


def test_the_posterior_is_the_plain_fold_while_nothing_turns() -> None:
    taste, reward = fresh(), fresh().reward
    for d in differences(20):
        taste, reward = taste.learn(d, likes_short(d)), reward.learn(d, likes_short(d))
    np.testing.assert_array_equal(taste.reward.posterior.mean, reward.posterior.mean)


def test_a_taste_that_turns_is_followed_within_a_few_picks() -> None:
    taste = fresh()
    for d in differences(20):
        taste = taste.learn(d, likes_short(d))
    assert exploit(taste) == {"length": 1.0}
    n_before = taste.n
    for d in differences(6, seed=9):
        taste = taste.learn(d, 1.0 - likes_short(d))
    assert taste.n < n_before
    assert exploit(taste) == {"length": -1.0}


@pytest.mark.parametrize("seed", range(5))
def test_a_few_slips_are_no_turn(seed: int) -> None:
    rng, taste = np.random.default_rng(seed), fresh()
    for d in differences(40, seed):
        slip = rng.random() < 0.15
        taste = taste.learn(d, likes_short(d) if not slip else 1.0 - likes_short(d))
    assert taste.n > 20
    assert exploit(taste)["length"] == 1.0


def test_a_tie_is_never_wrong() -> None:
    taste = fresh().learn(differences(1)[0], 0.5, 0.5)
    assert not taste.recent[-1].mispredicted
    assert taste.log_bayes_factor == pytest.approx(0.0, abs=0.1)


def test_it_asks_at_first_and_then_less_and_less_and_when_it_was_wrong() -> None:
    rules, arms, taste = (
        AskRules(min_picks=4, min_gain=0.8, recheck_every=5, recent_misses=2),
        ArmRules(),
        fresh(),
    )
    gains = []
    for n, d in enumerate(differences(60)):
        best = exploit(taste, arms)
        if n < 4:
            assert should_ask(taste, best, 0, arms, rules)
        gains.append(optimistic_gain(taste, best, arms))
        taste = taste.learn(d, likes_short(d))
    assert gains[-1] < gains[0]
    best = exploit(taste, arms)
    settled = AskRules(min_gain=gains[-1] + 1.0)
    assert not should_ask(taste, best, 0, arms, settled)
    assert should_ask(taste, best, settled.recheck_every, arms, settled)  # it checks back
    surprised = taste.learn(d, 1.0 - likes_short(d))
    assert should_ask(surprised, best, 0, arms, settled)
