"""Measuring a response matrix: every pole on some prompts, against plain answers."""

from __future__ import annotations

import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.features import FEATURES, SPREAD, text_features
from tpop_cli.session.calibrate import N_PLAIN, Measured, measure_response, response_from

from ..fakes import FakeEngine

LENGTH = FEATURES.index("length")


def length(text: str) -> float:
    return float(text_features(text)[LENGTH] / SPREAD[LENGTH])


def test_a_row_is_the_mean_shift_from_the_plain_answers_to_the_same_prompt() -> None:
    """Equal shifts have no noise, so nothing is shrunk."""
    plain, long = "one two three", "one two three four five six seven"
    answers = [
        Measured(pole, prompt, text)
        for prompt in ("a", "b")
        for pole, text in (("", plain), ("", plain), ("detailed", long), ("brief", plain))
    ]
    rows = response_from(answers).rows
    assert set(rows) == {"detailed", "brief"}
    assert rows["detailed"]["length"] == pytest.approx(length(long) - length(plain))
    assert all(shift == pytest.approx(0.0) for shift in rows["brief"].values())


def test_every_pole_is_measured_on_every_prompt_and_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    matrix, answers = measure_response(
        FakeEngine(),
        ["one", "two"],
        AXES[:2],
        max_tokens=12,
        on_answer=lambda done, total: told.append((done, total)),
    )
    assert len(answers) == 2 * (N_PLAIN + 4) == told[-1][0] == told[-1][1]
    assert set(matrix.rows) == {pole.name for axis in AXES[:2] for pole in axis.poles}
    assert {a.prompt for a in answers} == {"one", "two"}


def test_a_pole_without_plain_answers_to_compare_it_with_has_no_row() -> None:
    """As when measuring is interrupted early."""
    assert response_from([Measured("brief", "a", "So.")]).rows == {}
