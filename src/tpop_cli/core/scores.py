"""Steered token scores: several contexts of one frozen model combined into one score per token.

An arm reads the same answer in C contexts c of weight w_c: the plain prompt x, of weight 1, and for
each active axis the prompt with the instruction of the pole (weight ω·|s|) and of its opposite
(weight −ω·|s|); see `core.steering`. The steered score of a token v is

    log π_s(v) = Σ_c w_c·log π_c(v)
               = log π(v | x) + Σ_a ω_a·|s_a|·[ log π(v | pole_a, x) − log π(v | opposite_a, x) ]

for the tokens that are plausible in the plain context and in that of each active pole, and −∞ for
all others:

    π(v | x) ≥ α·max π(· | x)   and   π(v | pole_a, x) ≥ β·max π(· | pole_a, x)

So only what the plain model might say is ever said, and the reward chooses among it. The second
bound keeps out tokens that neither instruction of an axis calls for, whose ratio is noise. Where no
token meets both, the first alone holds. The normaliser of a context is the same for every token, so
raw logits serve as well as log probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

BETA = 0.1
"""β, the plausibility bound in the contexts of active poles; docs/taste.md has the measurements."""

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.intp]


def apply_repeat_penalty(
    row: FloatArray, recent: Sequence[int], penalty: float
) -> npt.NDArray[np.float64]:
    """Logits after llama.cpp's repeat penalty: it divides positive and multiplies negative logits.

    Args:
        row: logits, shape (n_vocab,); unchanged.
        recent: the tokens to penalise, in any order; repetitions count once.
        penalty: 1 has no effect.

    >>> apply_repeat_penalty(np.array([2.0, -2.0, 1.0]), [0, 1], 2.0).tolist()
    [1.0, -4.0, 1.0]
    """
    penalised = row.astype(np.float64)
    ids = np.unique(np.asarray(recent, dtype=np.intp))
    values = penalised[ids]
    penalised[ids] = np.where(values > 0, values / penalty, values * penalty)
    return penalised


def top_k_union(rows: Iterable[FloatArray], k: int) -> IntArray:
    """The tokens that are among the k best of at least one row, in ascending order.

    >>> top_k_union([np.array([3.0, 2.0, 1.0]), np.array([0.0, 1.0, 5.0])], 1).tolist()
    [0, 2]
    """
    best = [np.argpartition(-row, min(k, len(row)) - 1)[:k] for row in rows]
    return np.unique(np.concatenate(best))


def probabilities(row: FloatArray, ids: IntArray) -> npt.NDArray[np.float64]:
    """π of the tokens `ids`: the softmax of a whole row of logits at these tokens.

    >>> probabilities(np.log([0.5, 0.3, 0.2]), np.array([0, 2])).round(3).tolist()
    [0.5, 0.2]
    """
    p = np.exp(row - row.max())
    selected: npt.NDArray[np.float64] = p[ids] / p.sum()
    return selected


def plausible(
    logits: Sequence[FloatArray], weights: Sequence[float], alpha: float, beta: float = BETA
) -> IntArray:
    """The tokens that an arm may say.

    Contrastive decoding (Li et al. 2022) limits its candidates by the same kind of bound.

    Args:
        logits: C arrays of shape (n_vocab,), one for each context; the plain context first.
        weights: C numbers. The contexts of active poles are those of positive weight.
        alpha: the bound α in (0, 1] of the plain context.
        beta: the bound β in (0, 1] of each pole's context.

    Returns:
        The token ids in ascending order, shape (k,), k ≥ 1.

    >>> plain, pole = np.log([0.6, 0.35, 0.05]), np.log([0.02, 0.38, 0.6])
    >>> plausible([plain], [1.0], alpha=0.5).tolist()
    [0, 1]
    >>> plausible([plain, pole], [1.0, 2.0], alpha=0.5, beta=0.1).tolist()
    [1]
    """
    plain, *others = logits
    ids = np.flatnonzero(plain >= plain.max() + math.log(alpha))
    in_all = np.ones(len(ids), dtype=bool)
    for row, weight in zip(others, weights[1:], strict=True):
        if weight > 0:
            in_all &= row[ids] >= row.max() + math.log(beta)
    return ids[in_all] if in_all.any() else ids


def steered_scores(
    logits: Sequence[FloatArray], weights: Sequence[float], alpha: float
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """The steered score of every plausible token, up to a constant.

    Args:
        logits: C arrays of shape (n_vocab,), one for each context; the plain context first.
        weights: C numbers that sum to one.
        alpha: the plausibility bound of `plausible`.

    Returns:
        (ids, scores), both of shape (k,); softmax(scores) is the steered distribution.

    Raises:
        ValueError: if `logits` and `weights` differ in length.
    """
    ids = plausible(logits, weights, alpha)
    scores = np.zeros(len(ids))
    for row, weight in zip(logits, weights, strict=True):
        scores += weight * row[ids]  # Σ_c w_c·log π_c(v)
    return ids, scores
