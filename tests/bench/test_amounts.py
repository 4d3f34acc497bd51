"""What each amount of a pole does: effects relative to full strength."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tpop_cli.bench.amounts import measure, relative_effect
from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.core.axes import AXES
from tpop_cli.core.features import FEATURES
from tpop_cli.engine.llama_engine import LlamaEngine


def test_a_known_effect_is_found_through_noise() -> None:
    rng = np.random.default_rng(1)
    full = np.zeros(20)
    full[:3] = 1.5, -1.0, 0.5
    true = {0.1: 0.3, 0.5: 0.8, 1.0: 1.0}
    shifts = {a: share * full + rng.normal(0, 1, (400, 20)) for a, share in true.items()}
    found = relative_effect(shifts)
    for amount, share in true.items():
        effect, of_full = found[amount]
        assert effect / of_full == pytest.approx(share, abs=0.08)


def test_noise_alone_has_no_effect() -> None:
    rng = np.random.default_rng(2)
    found = relative_effect({1.0: rng.normal(0, 1, (200, 20))})
    assert abs(found[1.0][0]) < 0.1  # the same answers used twice would give 20/200


def test_every_pole_is_measured_in_every_amount(tiny: LlamaEngine, tmp_path: Path) -> None:
    prompts = ["What is tea?", "Why is the sky blue?"]
    shifts, lengths = measure(AnswerCache(tiny, tmp_path), prompts, (0.5, 1.0), 4)
    poles = [pole.name for axis in AXES for pole in axis.poles]
    assert list(shifts) == poles
    assert list(lengths) == ["", *poles]
    for of_pole in shifts.values():
        assert {found.shape for found in of_pole.values()} == {(2, len(FEATURES))}
