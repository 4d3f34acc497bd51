from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.scores import plausible, steered_scores


def log_softmax(row: np.ndarray) -> np.ndarray:
    shifted = row - row.max()
    return shifted - np.log(np.exp(shifted).sum())


seeds = st.integers(0, 10_000)


@given(seeds, st.floats(0.01, 1.0))
def test_plausible_is_the_union_of_what_each_context_allows(seed: int, alpha: float) -> None:
    rows = np.random.default_rng(seed).normal(0, 3, (3, 40))
    expected = set()
    for row in rows:
        p = np.exp(log_softmax(row))
        expected |= {v for v in range(40) if p[v] >= alpha * p.max() * (1 - 1e-9)}
    assert set(plausible(list(rows), alpha)) == expected


@given(seeds, st.floats(0.0, 2.5))
def test_one_pole_gives_the_papers_base_score_plus_reward(seed: int, s: float) -> None:
    plain, pole = np.random.default_rng(seed).normal(0, 3, (2, 40))
    ids, scores = steered_scores([plain, pole], [1 - s, s], alpha=0.1)
    base = log_softmax(plain)
    phi = log_softmax(pole) - base  # φ_a(v) = log π(v | x + pole) − log π(v | x)
    naive = (base + s * phi)[ids]
    # up to one constant: the distribution over plausible tokens is the same
    np.testing.assert_allclose(log_softmax(scores), log_softmax(naive), atol=1e-9)


def test_weights_of_one_context_leave_its_logits() -> None:
    row = np.array([0.0, 2.0, 1.9])
    ids, scores = steered_scores([row], [1.0], alpha=0.5)
    assert ids.tolist() == [1, 2]
    assert scores.tolist() == [2.0, 1.9]


def test_weights_must_match_the_contexts() -> None:
    with pytest.raises(ValueError, match="zip"):
        steered_scores([np.zeros(3)], [0.5, 0.5], alpha=0.5)
