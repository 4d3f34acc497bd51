"""A tuning run: arms far apart, one axis after the other, and duels that are decoded ahead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tpop_cli.core.arms import ArmRules
from tpop_cli.core.axes import AXES
from tpop_cli.core.taste import Taste
from tpop_cli.session.tuning import (
    N_DUELS,
    PROMPTS,
    SOURCE,
    FarApart,
    axes_had,
    begin,
    decoded_ahead,
)

from ..core.builders import TWO_AXES, fresh_reward
from .sessions import session


def test_each_axis_has_a_duel_between_its_ends_and_then_the_default_decides() -> None:
    taste, policy = Taste.fresh(fresh_reward()), FarApart()
    names = {axis.name for axis in TWO_AXES}
    for n in range(len(TWO_AXES)):
        first, second = policy(taste, ArmRules())
        (name,) = first
        assert first == {name: 1.0} and second == {name: -1.0}
        assert len(policy.had) == n + 1
    assert policy.had == names
    first, second = policy(taste, ArmRules())
    assert first == {} and second != first  # nothing is known: plain, and something to try


def test_the_axis_of_which_least_is_known_comes_first() -> None:
    taste = Taste.fresh(fresh_reward())
    first, _ = FarApart()(taste, ArmRules())
    (name,) = first
    pair = ({name: 1.0}, {name: -1.0})
    for _ in range(30):
        d = taste.reward.expected(pair[0]) - taste.reward.expected(pair[1])
        taste = taste.learn(d, 0.5)
    assert name not in FarApart()(taste, ArmRules())[0]


def test_what_was_said_is_in_both_arms_and_has_no_duel() -> None:
    taste, said = Taste.fresh(fresh_reward()), {TWO_AXES[0].name: 0.5}
    policy = FarApart()
    first, second = policy(taste, ArmRules(said=said))
    assert first == {**said, TWO_AXES[1].name: 1.0}
    assert second == {**said, TWO_AXES[1].name: -1.0}
    first, second = policy(taste, ArmRules(said=said))
    assert first[TWO_AXES[0].name] == second[TWO_AXES[0].name] == 0.5


def test_a_run_goes_on_where_it_was_left() -> None:
    work = session()
    work.options = replace(work.options, source=SOURCE)
    assert begin(work) == 0
    for n in range(3):
        work.pick(work.duel(PROMPTS[n]), "first" if n else "skip")
    had = axes_had(work.learner.profile.picks())
    assert len(had) == 3
    again = session()
    assert begin(again) == 3
    assert again.learner.policy.had == had  # type: ignore[attr-defined]
    again.options = work.options
    for n in range(3, N_DUELS):
        again.pick(again.duel(PROMPTS[n]), "second")
    assert begin(session()) == 0  # the next run is a new one
    assert axes_had(again.learner.profile.picks()) >= {axis.name for axis in AXES}


def test_a_duel_is_decoded_while_something_else_happens() -> None:
    work = session()
    begin(work)
    duel = work.prepare_duel(PROMPTS[0])
    with decoded_ahead(work, duel) as thread:
        assert thread.name == "decode ahead"
    assert duel.complete and not thread.is_alive()
    work.pick(duel, "first")


def test_an_error_ends_what_is_decoded_ahead() -> None:
    work = session()
    duel = work.prepare_duel(PROMPTS[0])
    with pytest.raises(RuntimeError, match="mine"), decoded_ahead(work, duel) as thread:
        raise RuntimeError("mine")
    assert not thread.is_alive()
    assert not work.engine.stop.is_set()
