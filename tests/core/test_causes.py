"""Poles that were on in every duel, and those that a duel was about."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.causes import confounded_pole
from tpop_cli.core.reward import Strengths
from tpop_cli.core.taste import Taste

from .builders import TWO_AXES, fresh_reward

FIRST, SECOND = (axis.name for axis in TWO_AXES)
Duel = tuple[Strengths, Strengths]


def after(*duels: Duel) -> Taste:
    """The taste after duels between arms of these strengths, all won by the first one."""
    taste = Taste.fresh(fresh_reward())
    for exploit, explore in duels:
        reward = taste.reward
        taste = taste.learn(reward.expected(exploit) - reward.expected(explore), 1.0)
    return taste


def test_a_pole_that_took_part_in_every_win_is_confounded() -> None:
    both: Strengths = {FIRST: 1.0, SECOND: -0.5}
    duels: list[Duel] = [(both, {}), (both, {FIRST: -1.0}), (both, {SECOND: 1.0})]
    assert confounded_pole(after(*duels[:2]), both, 3) is None  # too few to tell
    assert confounded_pole(after(*duels), both, 3) == FIRST
    assert confounded_pole(after(*duels), {SECOND: -0.5}, 3) == SECOND
    assert confounded_pole(after(*duels), {}, 3) is None


def test_a_duel_about_a_pole_alone_tells_what_it_adds() -> None:
    both: Strengths = {FIRST: 1.0, SECOND: 1.0}
    mixed: Duel = (both, {})
    without_first: Duel = (both, {SECOND: 1.0})
    assert confounded_pole(after(mixed, without_first, mixed), both, 3) is None
    assert confounded_pole(after(mixed, without_first, (both, {FIRST: 1.0})), both, 3) is None
    assert confounded_pole(after(without_first, mixed, mixed, mixed), both, 3) == FIRST


def test_one_pole_against_the_plain_answer_is_not_confounded() -> None:
    one: Strengths = {FIRST: 1.0}
    assert confounded_pole(after(*[(one, {})] * 5), one, 3) is None


def test_a_pole_that_both_arms_have_explains_no_win() -> None:
    both: Strengths = {FIRST: 1.0, SECOND: 1.0}
    assert confounded_pole(after(*[(both, {FIRST: 1.0})] * 4), {FIRST: 1.0}, 3) is None


strengths = st.dictionaries(
    st.sampled_from([FIRST, SECOND]), st.sampled_from([-1.0, -0.25, 0.5, 1.0])
)


@given(st.lists(st.tuples(strengths, strengths), max_size=8), strengths, st.integers(1, 6))
def test_what_is_dropped_was_on_in_the_exploit_arm(
    duels: list[Duel], exploit: dict[str, float], span: int
) -> None:
    found = confounded_pole(after(*duels), exploit, span)
    if found is None:
        return
    assert found in exploit
    for first, second in duels[-span:]:
        differing = {name for name in (FIRST, SECOND) if first.get(name, 0) != second.get(name, 0)}
        assert found in differing
        assert len(differing) > 1
    assert len(duels) >= span
    assert np.isfinite(after(*duels).reward.posterior.mean).all()
