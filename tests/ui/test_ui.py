"""What is said of a taste in words."""

from __future__ import annotations

from tpop_cli.core.axes import AXES
from tpop_cli.core.describe import AxisTaste, axis_tastes, taste_line, why
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste


def test_certainty_in_words() -> None:
    words = [
        AxisTaste("length", "brief", "detailed", lean, c).words
        for lean, c in [(1, 0.99), (-1, 0.85), (1, 0.6)]
    ]
    assert words[:2] == ["you prefer brief: sure", "you prefer detailed: probably"]
    assert words[2] == "brief or detailed: not enough evidence"
    counted = AxisTaste("length", "brief", "detailed", -1, 0.99, toward_won=2, clear=16)
    assert counted.words == "you prefer detailed: sure (14 of 16 picks)"
    coin = AxisTaste("length", "brief", "detailed", -1, 0.99, trusted=False)
    assert (
        coin.words == "brief or detailed: not enough evidence"
    )  # the picks as a whole were a coin's


def test_a_fresh_profile_knows_nothing() -> None:
    fresh = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    assert taste_line(fresh) == "not enough evidence yet"
    tastes = axis_tastes(fresh)
    assert all(t.words.endswith("not enough evidence") for t in tastes)
    assert len(tastes) == len(AXES)


def test_why_says_what_is_tried_and_not_where() -> None:
    taste = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    axis = AXES[0]
    assert (
        why(taste, {}, {axis.name: 1.0})
        == f'one of them tries "{axis.toward.name}": still unsure whether you like that'
    )
    assert (
        why(taste, {axis.name: 1.0}, {})
        == f'one of them goes without "{axis.toward.name}": is that really what you like?'
    )
    assert "alike" in why(taste, {}, {})
