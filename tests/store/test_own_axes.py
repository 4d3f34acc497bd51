"""The user's own taste axes: adding, removing, and refusing those that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.core.axes import AXES, Axis, Pole
from tpop_cli.errors import BadDataError, NoInputError, UsageError
from tpop_cli.store.own_axes import add_axis, load_axes, own_axes, remove_axis

SPICE = Axis("spice", Pole("hot", "Be hot."), Pole("mild", "Be mild."), builtin=False)


def test_an_axis_is_added_and_removed(home: Path) -> None:
    assert own_axes() == ()
    add_axis(SPICE)
    assert load_axes() == (*AXES, SPICE)
    assert (
        json.loads((home / "axes.json").read_text())["axes"][0]["toward"]["instruction"]
        == "Be hot."
    )
    for taken in (
        SPICE,
        Axis("new", Pole("hot", "x"), Pole("b", "y")),
        Axis(AXES[0].name, Pole("a", "x"), SPICE.away),
    ):
        with pytest.raises(UsageError, match="is taken"):
            add_axis(taken)
    with pytest.raises(NoInputError, match="no axis of your own named 'length'"):
        remove_axis("length")
    remove_axis("spice")
    assert load_axes() == AXES


@pytest.mark.parametrize(
    "axis",
    [
        Axis(" ", Pole("a", "x"), Pole("b", "y")),
        Axis("n" * 41, Pole("a", "x"), Pole("b", "y")),
        Axis("n", Pole("a\x1b[31m", "x"), Pole("b", "y")),
        Axis("n", Pole("a", " "), Pole("b", "y")),
        Axis("n", Pole("a", "x"), Pole("b", "y" * 401)),
    ],
)
def test_an_invalid_name_or_instruction_is_refused(axis: Axis, home: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a valid name|is empty or too long"):
        add_axis(axis)
    assert not home.exists()


def test_names_and_instructions_of_the_maximum_length_are_accepted() -> None:
    add_axis(Axis("n" * 40, Pole("a", "x" * 400), Pole("b", "y")))
    assert own_axes()[0].toward.instruction == "x" * 400


@pytest.mark.parametrize(
    "text", ["", "[]", '{"axes": [1]}', '{"axes": [{"name": "x"}]}', '{"axes": 3}', "{"]
)
def test_the_error_for_a_broken_file_names_it(text: str, home: Path) -> None:
    home.mkdir()
    (home / "axes.json").write_text(text)
    with pytest.raises(BadDataError, match=r"axes\.json is broken") as caught:
        load_axes()
    assert "fix it, or move it away" in caught.value.hint


def test_axes_are_read_as_editors_save_them(home: Path) -> None:
    add_axis(SPICE)
    path = home / "axes.json"
    text = path.read_text("utf-8")
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_bytes(text.encode(encoding))
        assert own_axes() == (SPICE,)
    path.write_bytes(b'{"axes": "caf\xe9"}')
    with pytest.raises(BadDataError, match="is not UTF-8 text"):
        own_axes()


def test_weights_and_bounds_are_kept_and_checked(home: Path) -> None:
    added = Axis("n", Pole("a", "x", 2.0, 0.02), Pole("b", "y"), builtin=False)
    add_axis(added)
    assert own_axes() == (added,)
    path = home / "axes.json"
    text = path.read_text("utf-8")
    for wrong in ("0", "2", "1e999"):
        path.write_text(text.replace("0.02", wrong))
        with pytest.raises(BadDataError, match=r"axes\.json is broken"):
            own_axes()
