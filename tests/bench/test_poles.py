"""The table of what each pole does to answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tpop_cli.bench.poles import (
    Steering,
    pair_steerings,
    read_poles,
    request,
    steerings,
)
from tpop_cli.core.axes import AXES, Pole
from tpop_cli.core.steering import with_instruction
from tpop_cli.decoding.requests import request_arm
from tpop_cli.engine.protocol import Sampling

from ..fakes import FakeEngine

POLES = [pole for axis in AXES for pole in axis.poles]


def test_every_pole_is_tried_at_every_strength() -> None:
    tried = steerings(POLES, [1.0, 1.5])
    assert len(tried) == 2 * len(POLES)
    assert len({steering.name for steering in tried}) == len(tried)
    assert tried[0].name == f"{POLES[0].name} @ 1"


def test_poles_are_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "poles.json"
    body = [
        {"name": "rhymes", "instruction": "Please rhyme."},
        {"name": "loud", "instruction": "Please shout.", "full": 1.5, "tilt": {"b": 1, "a": 2}},
    ]
    file.write_text(json.dumps(body))
    rhymes, loud = read_poles(file)
    assert rhymes == Pole("rhymes", "Please rhyme.")
    assert (loud.full, loud.tilt) == (1.5, (("a", 2), ("b", 1)))


def test_a_pole_at_full_strength_is_requested_as_a_session_does() -> None:
    engine, axis = FakeEngine(), AXES[0]
    (steering,) = steerings([axis.toward], [1.0])
    chat = [{"role": "user", "content": "Why?"}]
    expected = request_arm(engine, chat, AXES, {axis.name: 1.0}, Sampling(), 3, 20)
    found = request(engine, "Why?", steering, 3, 20)
    assert found == replace(expected, strengths=found.strengths)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0, 1.5])
def test_the_plain_context_gets_the_rest_of_the_weight(strength: float) -> None:
    engine = FakeEngine()
    steering = Steering("one", ("Please rhyme.",), (strength,))
    found = request(engine, "Why?", steering, 0, 20)
    assert sum(found.weights) == pytest.approx(1.0)
    assert len(found.prompts) == (1 if strength == 1.0 else 2)
    steered = engine.chat_tokens(
        [{"role": "user", "content": with_instruction("Why?", "Please rhyme.")}]
    )
    assert found.prompts[-1] == tuple(steered)


def test_pairs_are_tried_in_one_context_and_in_two() -> None:
    for steering in pair_steerings():
        assert len(steering.instructions) == (1 if "one context" in steering.name else 2)
        assert len(steering.instructions) == len(steering.weights)
