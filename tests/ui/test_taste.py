"""A taste as bars and tables."""

from __future__ import annotations

from tpop_cli.core.axes import AXES
from tpop_cli.core.describe import AxisTaste, axis_tastes
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste
from tpop_cli.ui.taste import bar, taste_diff, taste_table

from .console import draw


def length(preference: float, certainty: float = 0.99) -> AxisTaste:
    return AxisTaste("length", "brief", "detailed", preference, certainty)


def test_a_bar_points_to_the_preferred_pole() -> None:
    assert bar(length(1.0)).plain == "·" * 8 + "│" + "████····"
    assert bar(length(-5.0)).plain == "█" * 8 + "│" + "·" * 8


def test_the_table_has_a_row_for_every_axis() -> None:
    fresh = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    lines = draw(taste_table(axis_tastes(fresh)))
    assert len(lines) == len(AXES) + 1
    assert all(line.rstrip().endswith("not enough evidence") for line in lines[1:])


def test_opposite_tastes_are_marked_and_axes_with_evidence_come_first() -> None:
    unknown = AxisTaste("tone", "warm", "neutral", 0.1, 0.5)
    lines = draw(taste_diff(("anna", "ben"), ([unknown, length(1.0)], [length(-1.0), unknown])))
    assert [line.rstrip() for line in lines] == [
        "axis    anna         ben",
        "length  brief: sure  detailed: sure  opposite",
        "tone    -            -",
    ]
