"""The built-in axes."""

from __future__ import annotations

from tpop_cli.core.axes import AXES
from tpop_cli.core.lexicon import CLASSES

from .builders import TWO_AXES

POLES = [pole for axis in AXES for pole in axis.poles]


def test_there_are_at_least_ten_axes_and_every_name_is_unique() -> None:
    assert len(AXES) >= 10
    names = [axis.name for axis in AXES] + [pole.name for pole in POLES]
    assert len(set(names)) == len(names)


def test_poles_are_ordered_toward_then_away() -> None:
    assert [pole.name for pole in TWO_AXES[0].poles] == ["brief", "long"]


def test_tilts_name_existing_word_classes() -> None:
    assert {name for pole in POLES for name, _ in pole.tilt} <= set(CLASSES)
