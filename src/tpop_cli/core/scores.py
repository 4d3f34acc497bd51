"""Steered token scores: several contexts of one frozen model combined into one score per token.

An arm reads the same answer in C contexts: the plain prompt x, and x with the instruction of each
active pole. The steered score keeps the form of the paper's arm 1, base score + ω·reward
(arXiv 2509.24696). Its reward is linear in the contrasts

    φ_a(v) = log π(v | x + pole_a) − log π(v | x)

where the sign of s_a selects the pole. This makes it a weighted sum over contexts c:

    log π_s(v) = log π(v | x) + Σ_a |s_a|·φ_a(v)
               = (1 − Σ|s_a|)·log π(v | x) + Σ_a |s_a|·log π(v | x + pole_a)
               = Σ_c weight_c·log π_c(v),    Σ_c weight_c = 1

The normaliser of each context is the same for every token, so raw logits serve as well as log
probabilities.
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


def plausible(logits: Sequence[FloatArray], alpha: float) -> IntArray:
    """The tokens within a factor `alpha` of the best token in at least one context.

    Contrastive decoding (Li et al. 2022) limits its candidates by the same bound in one model.

    Args:
        logits: C arrays of shape (n_vocab,).
        alpha: the plausibility bound in (0, 1]: v is kept if π(v) ≥ alpha·max π in some context.

    Returns:
        The token ids in ascending order, shape (k,), k ≥ 1.

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
    """The steered score of every plausible token, up to a constant.

    Args:
        logits: C arrays of shape (n_vocab,), one for each context.
        weights: C numbers that sum to one; the plain context has 1 − Σ|s_a|.
        alpha: the plausibility bound of `plausible`.

    Returns:
        (ids, scores), both of shape (k,); softmax(scores) is the steered distribution.

    Raises:
        ValueError: if `logits` and `weights` differ in length.
    """
    ids = plausible(logits, alpha)
    scores = np.zeros(len(ids))
    for row, weight in zip(logits, weights, strict=True):
        scores += weight * row[ids]  # Σ_c weight_c·log π_c(v)
    return ids, scores
