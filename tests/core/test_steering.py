"""From strengths to contexts."""

from __future__ import annotations

import pytest

from tpop_cli.core.axes import Axis, Pole
from tpop_cli.core.steering import (
    ActivePole,
    Context,
    active_poles,
    contexts,
    instructions,
    plausibility,
    with_instruction,
)

UP, DOWN = Pole("up", "Up.", 2.0), Pole("down", "Down.", 8.0)
LEFT, RIGHT = Pole("left", "Left."), Pole("right", "Right.", 1.0)
AXES = (Axis("a", UP, DOWN), Axis("b", LEFT, RIGHT))
PLAIN = Context(None, 1.0)


def test_the_sign_of_a_strength_selects_the_pole() -> None:
    assert active_poles(AXES, {"b": -0.5, "a": 1.0}) == [
        ActivePole(UP, DOWN, 1.0),
        ActivePole(RIGHT, LEFT, 0.5),
    ]
    assert active_poles(AXES, {"a": 0.0}) == active_poles(AXES, {}) == []


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ({}, [PLAIN]),
        ({"a": 0.25}, [PLAIN, Context("Up.", 0.5), Context("Down.", -0.5)]),
        ({"a": -0.25}, [PLAIN, Context("Down.", 2.0), Context("Up.", -2.0)]),
        (
            {"b": -1.0, "a": 1.0},
            [
                PLAIN,
                Context("Up.", 2.0),
                Context("Down.", -2.0),
                Context("Right.", 1.0),
                Context("Left.", -1.0),
            ],
        ),
    ],
)
def test_a_pole_is_contrasted_with_its_opposite(
    strengths: dict[str, float], expected: list[Context]
) -> None:
    assert contexts(AXES, strengths) == expected
    assert sum(context.weight for context in expected) == 1.0


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ({}, [PLAIN]),
        ({"a": 0.25}, [Context("Up.", 1.0)]),
        ({"b": -1.0, "a": -0.5}, [Context("Down. Right.", 1.0)]),
    ],
)
def test_steering_by_the_prompt_reads_one_context(
    strengths: dict[str, float], expected: list[Context]
) -> None:
    assert contexts(AXES, strengths, "prompt") == expected


def test_the_instruction_stands_before_the_question() -> None:
    assert with_instruction("Why?", "Be brief.") == "Be brief.\n\nWhy?"
    assert with_instruction("Why?", None) == "Why?"


def test_the_instructions_of_arms_are_named_once() -> None:
    arms = [{"a": 1.0}, {"a": -0.5, "b": 0.25}, {}]
    expected = [pole.instruction for pole in (UP, DOWN, LEFT, RIGHT)]
    assert instructions(AXES, arms) == expected
    assert instructions(AXES, arms[:1], "prompt") == expected[:1]


def test_an_arm_has_the_smallest_bound_of_its_poles() -> None:
    rare = Axis("c", Pole("rare", "Rare.", alpha=0.02), Pole("common", "Common.", alpha=0.3))
    axes = (*AXES, rare)
    assert plausibility(axes, {"a": 1.0}) == UP.alpha
    assert plausibility(axes, {"a": -0.5, "c": 0.25}) == 0.02
    assert plausibility(axes, {"c": -1.0}) == 0.3
    assert plausibility(axes, {}) == 1.0
