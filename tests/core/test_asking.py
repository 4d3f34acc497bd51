"""When `--ask auto` asks for a pick."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.core.arms import ArmRules, exploit, explore_options
from tpop_cli.core.asking import AskRules, optimistic_gain, should_ask
from tpop_cli.core.taste import Observation, Taste

from .builders import TWO_AXES, differences, fresh_taste, shorter_wins, taught, upper_bound

HIT = Observation(np.zeros(1), outcome=1.0, weight=1.0, log_p=-0.1)
MISS = Observation(np.zeros(1), outcome=1.0, weight=1.0, log_p=-2.0)


def asks(
    n: int,
    singles: int = 0,
    recent: tuple[Observation, ...] = (HIT,) * 4,
    min_gain: float = 1e9,
) -> bool:
    fresh = fresh_taste()
    taste = Taste(fresh.reward, fresh.prior, recent, n)
    rules = AskRules(min_picks=3, min_gain=min_gain, recheck_every=4, recent_misses=2)
    return should_ask(taste, {}, singles, ArmRules(), rules)


def test_the_first_picks_are_always_asked_for() -> None:
    assert asks(2) and not asks(3)


def test_single_answers_are_interrupted_by_a_recheck() -> None:
    assert asks(3, singles=4) and not asks(3, singles=3)


def test_a_recent_misprediction_asks_and_an_older_one_does_not() -> None:
    assert asks(3, recent=(*[HIT] * 4, MISS, HIT))
    assert not asks(3, recent=(*[MISS] * 4, HIT, HIT))


def test_a_large_optimistic_gain_asks() -> None:
    gain = optimistic_gain(fresh_taste(), {}, ArmRules())
    assert asks(3, min_gain=gain - 1e-9) and not asks(3, min_gain=gain)


@pytest.mark.parametrize("nu", [0.0, 3.0])
def test_the_optimistic_gain_is_the_highest_upper_bound_of_any_candidate(nu: float) -> None:
    taste, against = taught("exploit", "exploit"), {"tone": 1.0}
    bounds = [upper_bound(taste.reward, s, against, nu) for s in explore_options(TWO_AXES)]
    assert optimistic_gain(taste, against, ArmRules(nu=nu)) == pytest.approx(max(bounds))


def test_it_asks_at_first_then_less_and_again_after_a_misprediction() -> None:
    rules, arms, taste = AskRules(min_picks=4), ArmRules(), fresh_taste()
    gains = []
    for n, d in enumerate(differences(60)):
        best = exploit(taste, arms)
        if n < rules.min_picks:
            assert should_ask(taste, best, 0, arms, rules)
        gains.append(optimistic_gain(taste, best, arms))
        taste = taste.learn(d, shorter_wins(d))
    assert gains[-1] < gains[0]
    best = exploit(taste, arms)
    settled = AskRules(min_gain=gains[-1] + 1.0)
    assert not should_ask(taste, best, 0, arms, settled)
    assert should_ask(taste, best, settled.recheck_every, arms, settled)
    mispredicted = taste.learn(d, 1.0 - shorter_wins(d))
    assert should_ask(mispredicted, best, 0, arms, settled)
