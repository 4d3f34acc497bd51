"""From strengths to contexts and tilts."""

from __future__ import annotations

import pytest

from tpop_cli.core.axes import Axis, Pole
from tpop_cli.core.steering import Context, active_poles, contexts, tilt, with_instruction

from .builders import TWO_AXES

TILTED = (
    Axis("a", Pole("up", "Up.", 2.0, (("you", 1.0), ("images", -0.5))), Pole("down", "Down.")),
    Axis("b", Pole("left", "Left."), Pole("right", "Right.", 1.0, (("you", 4.0),))),
)


def test_the_sign_of_a_strength_selects_the_pole() -> None:
    active = active_poles(TILTED, {"b": -0.5, "a": 1.5})
    assert [(pole.name, s) for pole, s in active] == [("up", 1.5), ("right", 0.5)]
    assert [pole.name for pole, _ in active_poles(TWO_AXES, {"tone": -1, "length": 0.0})] == [
        "cold"
    ]
    assert active_poles(TILTED, {"a": 0.0}) == active_poles(TILTED, {}) == []


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ({}, [Context(None, 1.0)]),
        ({"length": 0.25}, [Context(None, 0.75), Context("Be brief.", 0.25)]),
        ({"tone": 1.0}, [Context("Be warm.", 1.0)]),
        ({"length": -1.5, "tone": 1.0}, [Context(None, -0.5), Context("Be long. Be warm.", 1.5)]),
    ],
)
def test_the_contexts_of_an_arm_and_their_weights(
    strengths: dict[str, float], expected: list[Context]
) -> None:
    assert contexts(TWO_AXES, strengths) == expected
    assert sum(context.weight for context in expected) == 1.0


def test_a_strength_of_nearly_one_leaves_the_plain_context_out() -> None:
    assert [c.instruction for c in contexts(TILTED, {"b": 1.0 + 1e-12})] == ["Left."]


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ({}, ()),
        ({"a": 2.0}, (("images", -0.5), ("you", 1.0))),
        ({"a": 1.0}, (("images", -0.25), ("you", 0.5))),
        ({"a": 9.0}, (("images", -0.5), ("you", 1.0))),
        ({"a": -1.0}, ()),
        ({"a": 2.0, "b": -0.5}, (("images", -0.5), ("you", 3.0))),
    ],
)
def test_the_tilt_is_the_sum_over_active_poles(
    strengths: dict[str, float], expected: object
) -> None:
    assert tilt(TILTED, strengths) == expected


def test_the_instruction_is_at_the_end_of_the_prompt() -> None:
    assert with_instruction("Why?", "Be brief.") == "Why?\n\nBe brief."
    assert with_instruction("Why?", None) == "Why?"
