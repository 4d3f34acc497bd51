"""Steered token scores: how several contexts of one frozen model become one score per token.

An arm reads the same answer in C contexts: the plain prompt, and the prompt with the instruction of each
pole that is on. With log π_c for context c, the score of token v is

    log π_s(v) = (1 − Σ|s_a|)·log π_plain(v) + Σ|s_a|·log π_pole(a)(v)  =  Σ_c weight_c·log π_c(v)

which is the paper's base score + reward (arXiv 2509.24696, eq. for arm 1), with a reward that is linear in
φ_a(v) = log π(v | x + pole_a) − log π(v | x). Σ_c weight_c = 1, and since each context's normaliser is the
same for every token, raw logits serve as well as log probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.floating]
IntArray = npt.NDArray[np.intp]


def apply_repeat_penalty(
    row: FloatArray, recent: Sequence[int], penalty: float
) -> npt.NDArray[np.float64]:
    """Logits with llama.cpp's repeat penalty: those of `recent` tokens divided by it, or multiplied if negative.

    >>> apply_repeat_penalty(np.array([2.0, -2.0, 1.0]), [0, 1], 2.0).tolist()
    [1.0, -4.0, 1.0]
    """
    found = row.astype(np.float64)
    ids = np.unique(np.asarray(recent, dtype=np.intp))
    found[ids] = np.where(found[ids] > 0, found[ids] / penalty, found[ids] * penalty)
    return found


def top_k_union(rows: Iterable[FloatArray], k: int) -> IntArray:
    """The tokens that are among the k best of any row, in rising order.

    >>> top_k_union([np.array([3.0, 2.0, 1.0]), np.array([0.0, 1.0, 5.0])], 1).tolist()
    [0, 2]
    """
    best = [np.argpartition(-row, min(k, len(row)) - 1)[:k] for row in rows]
    return np.unique(np.concatenate(best))


def probabilities(row: FloatArray, ids: IntArray) -> npt.NDArray[np.float64]:
    """π of some tokens, of a row of logits.

    >>> probabilities(np.log([0.5, 0.3, 0.2]), np.array([0, 2])).round(3).tolist()
    [0.5, 0.2]
    """
    p = np.exp(row - row.max())
    found: npt.NDArray[np.float64] = p[ids] / p.sum()
    return found


def plausible(logits: Sequence[FloatArray], alpha: float) -> IntArray:
    """Tokens within a factor `alpha` of the best token in at least one context.

    Args:
        logits: C arrays of shape (n_vocab,).
        alpha: the plausibility bound in (0, 1]; π(v) ≥ alpha·max π in some context keeps v.

    Returns:
        The token ids in rising order, shape (k,), k ≥ 1.

    >>> plausible([np.log([0.6, 0.35, 0.05]), np.log([0.1, 0.1, 0.8])], alpha=0.5).tolist()
    [0, 1, 2]
    >>> plausible([np.log([0.6, 0.35, 0.05])], alpha=0.6).tolist()
    [0]
    """
    bound = math.log(alpha)
    keep = logits[0] >= logits[0].max() + bound
    for row in logits[1:]:
        keep |= row >= row.max() + bound
    return np.flatnonzero(keep)


def steered_scores(
    logits: Sequence[FloatArray], weights: Sequence[float], alpha: float
) -> tuple[IntArray, npt.NDArray[np.float64]]:
    """The steered score of every plausible token, up to one constant.

    Args:
        logits: C arrays of shape (n_vocab,), one a context.
        weights: C numbers that sum to one; the plain context's is 1 − Σ|s|.
        alpha: the plausibility bound of `plausible`.

    Returns:
        (ids, scores), both of shape (k,); softmax(scores) is the steered distribution.
    """
    ids = plausible(logits, alpha)
    scores = np.zeros(len(ids))
    for row, weight in zip(logits, weights, strict=True):
        scores += weight * row[ids]
    return ids, scores
