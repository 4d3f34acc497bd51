"""Steered token scores against their definitions."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.scores import (
    BETA,
    apply_repeat_penalty,
    plausible,
    probabilities,
    steered_scores,
    top_k_union,
)

from .builders import seeds

Array = npt.NDArray[np.float64]


def log_softmax(row: Array) -> Array:
    shifted = row - row.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


@given(seeds, st.floats(1.0, 3.0))
def test_the_repeat_penalty_divides_positive_and_multiplies_negative_logits(
    seed: int, penalty: float
) -> None:
    rng = np.random.default_rng(seed)
    row, recent = rng.normal(size=12).astype(np.float32), rng.integers(0, 12, 5).tolist()
    before = row.copy()
    expected = [
        float(x) if i not in recent else float(x) / penalty if x > 0 else float(x) * penalty
        for i, x in enumerate(row)
    ]
    np.testing.assert_allclose(apply_repeat_penalty(row, recent, penalty), expected, rtol=1e-12)
    assert apply_repeat_penalty(row, recent, penalty).dtype == np.float64
    np.testing.assert_array_equal(row, before)
    np.testing.assert_array_equal(apply_repeat_penalty(row, [], penalty), row)


@given(seeds, st.integers(1, 15))
def test_the_top_k_of_all_rows_are_joined(seed: int, k: int) -> None:
    rows = np.random.default_rng(seed).permuted(np.arange(24.0).reshape(2, 12), axis=1)
    expected = {int(i) for row in rows for i in np.argsort(-row)[:k]}
    assert top_k_union(list(rows), k).tolist() == sorted(expected)


@given(seeds)
def test_probabilities_are_the_softmax_of_the_whole_row(seed: int) -> None:
    row = np.random.default_rng(seed).normal(0, 4, 10)
    ids = np.array([7, 2, 2])
    expected = [math.exp(row[i]) / sum(map(math.exp, row)) for i in ids]
    np.testing.assert_allclose(probabilities(row, ids), expected, rtol=1e-9)
    np.testing.assert_allclose(probabilities(row + 1000, ids), expected, rtol=1e-9)


@given(seeds, st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_a_token_is_plausible_if_the_plain_context_and_each_pole_allow_it(
    seed: int, alpha: float, beta: float
) -> None:
    rows = np.random.default_rng(seed).normal(0, 2, (5, 40))
    weights = [1.0, 9.0, -9.0, 2.0, -2.0]
    plain, pole, _, other, _ = [np.exp(log_softmax(row)) for row in rows]

    def allowed(p: Array, bound: float, v: int) -> bool:
        return bool(p[v] >= bound * p.max() * (1 - 1e-9))

    first = [v for v in range(40) if allowed(plain, alpha, v)]
    both = [v for v in first if allowed(pole, beta, v) and allowed(other, beta, v)]
    assert plausible(list(rows), weights, alpha, beta).tolist() == (both or first)


@given(seeds)
def test_no_other_token_gets_a_score(seed: int) -> None:
    rows = list(np.random.default_rng(seed).normal(0, 3, (3, 40)))
    ids, scores = steered_scores(rows, [1.0, 9.0, -9.0], 0.1)
    assert ids.tolist() == plausible(rows, [1.0, 9.0, -9.0], 0.1, BETA).tolist()
    assert scores.shape == ids.shape


@given(seeds, st.floats(0.0, 6.0), st.floats(0.0, 6.0))
def test_scores_are_the_papers_base_score_plus_a_reward(seed: int, s: float, t: float) -> None:
    """Against the definition in log probabilities, for poles of two axes."""
    rows = np.random.default_rng(seed).normal(0, 3, (5, 40))
    ids, scores = steered_scores(list(rows), [1.0, s, -s, t, -t], alpha=0.1)
    plain, pole, opposite, other_pole, other_opposite = map(log_softmax, rows)
    expected = (plain + s * (pole - opposite) + t * (other_pole - other_opposite))[ids]
    # Scores are defined up to a constant: the distributions over plausible tokens are equal.
    np.testing.assert_allclose(log_softmax(scores), log_softmax(expected), atol=1e-9)


def test_a_single_context_keeps_its_logits() -> None:
    row = np.array([0.0, 2.0, 1.9])
    ids, scores = steered_scores([row], [1.0], alpha=0.5)
    assert ids.tolist() == [1, 2]
    assert scores.tolist() == [2.0, 1.9]


def test_every_context_needs_a_weight() -> None:
    with pytest.raises(ValueError, match="zip"):
        steered_scores([np.zeros(3)], [0.5, 0.5], alpha=0.5)
