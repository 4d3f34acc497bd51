"""The built-in axes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.axes import AMOUNTS, AXES, Axis, Pole, activation

from .builders import TWO_AXES

POLES = [pole for axis in AXES for pole in axis.poles]


def test_every_name_is_unique() -> None:
    names = [axis.name for axis in AXES] + [pole.name for pole in POLES]
    assert len(set(names)) == len(names)


def test_poles_are_ordered_toward_then_away() -> None:
    assert [pole.name for pole in TWO_AXES[0].poles] == ["brief", "long"]


def test_instructions_are_sentences_and_weights_are_positive() -> None:
    for pole in POLES:
        assert pole.instruction[0].isupper()
        assert pole.instruction[-1] in ".!"
        assert pole.weight > 0


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_the_activation_grows_with_the_strength_and_has_no_sign(s: float, t: float) -> None:
    assert activation(-s) == activation(s)
    assert 0.0 == activation(0.0) <= activation(s) <= activation(1.0) == 1.0
    assert (activation(s) <= activation(t)) or s > t


def test_the_largest_amount_is_full_strength() -> None:
    assert list(AMOUNTS) == sorted(AMOUNTS)
    assert AMOUNTS[-1] == 1.0


def test_the_rows_of_an_own_axis_change_with_its_wording() -> None:
    own = Axis("spice", Pole("hot", "Be hot."), Pole("mild", "Be mild."), builtin=False)
    other = Axis("spice", Pole("hot", "Be spicy."), Pole("mild", "Be mild."), builtin=False)
    assert own.row_names == own.row_names
    assert set(own.row_names).isdisjoint(other.row_names)
    assert [axis.row_names for axis in AXES] == [(a.toward.name, a.away.name) for a in AXES]
