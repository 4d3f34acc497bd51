"""Rows of a response matrix that are measured later, and the spread of features."""

from __future__ import annotations

import numpy as np
import pytest

from tpop_cli.bench.response_rows import merged, spreads
from tpop_cli.core.features import FEATURES, text_features
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.session.calibrate import Measured

TEXTS = {"a": ("one", "one two three", "Yes! I do."), "b": ("- x\n- y", "x and y")}


def test_the_spread_is_within_prompts() -> None:
    answers = [Measured("", prompt, text) for prompt, texts in TEXTS.items() for text in texts]
    rows = {p: np.array([text_features(t) for t in texts]) for p, texts in TEXTS.items()}
    for i, name in enumerate(FEATURES):
        squares = [
            sum((row[i] - r[:, i].mean()) ** 2 for row in r) / (len(r) - 1) for r in rows.values()
        ]
        expected = (sum(squares) / len(squares)) ** 0.5
        assert spreads(answers)[i] == pytest.approx(expected), name


def test_answers_to_other_prompts_do_not_widen_it() -> None:
    answers = [Measured("", prompt, text) for prompt, text in zip("aabb", "xxyy", strict=True)]
    assert not spreads(answers).any()


OLD = ResponseMatrix({"brief": {"length": -1.0}, "gone": {"length": 2.0}}, {"length": 6.0})


def test_new_rows_join_old_ones_in_the_order_of_the_names() -> None:
    new = ResponseMatrix({"warm": {"length": 1.0}}, {"length": 6.5, "caveats": 0.5})
    both = merged(OLD, new, ["warm", "brief", "not measured"])
    assert list(both.rows) == ["warm", "brief"]
    assert both.rows["brief"] == {"length": -1.0}
    assert both.plain == {"length": 6.5, "caveats": 0.5}


def test_new_columns_join_old_ones_and_leave_the_others() -> None:
    measured = {"length": 3.0, "caveats": 0.5}
    new = ResponseMatrix({"brief": measured, "warm": measured}, measured)
    both = merged(OLD, new, ["brief", "warm"], ["caveats"])
    assert both.rows == {"brief": {"length": -1.0, "caveats": 0.5}, "warm": measured}
    assert both.plain == {"length": 6.0, "caveats": 0.5}
