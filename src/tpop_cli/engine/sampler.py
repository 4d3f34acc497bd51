"""Samples tokens: tpop's steered scores come first, then llama.cpp's own samplers.

The first sampler of the chain is a custom `llama_sampler_i`. Its `apply` callback writes the
steered candidates into the array that llama.cpp's penalties, top-k, top-p, min-p, temperature and
distribution samplers then process.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from ..core.scores import steered_scores
from .protocol import Row, Sampling

CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""llama_token_data as a numpy dtype."""

_LOGIT_RANGE = 15.0  # below the best logit; affects speed only, see `_candidate_ids`


class SteeredSampler:
    """The sampler chain of one answer; see `protocol.TokenSampler`.

    Args:
        sampling: llama.cpp's parameters. The chain has the same order as llama-cpp-python's.
        seed: seed of llama.cpp's random generator.
        n_vocab: the length of a row of logits.
        alpha: plausibility bound of the steered score.
    """

    def __init__(
        self,
        sampling: Sampling,
        seed: int,
        n_vocab: int,
        alpha: float,
    ) -> None:
        self._alpha = alpha
        self._rows: Sequence[Row] = ()
        self._weights: Sequence[float] = ()
        self._all_ids = np.arange(n_vocab)
        self._n_needed = _n_needed(sampling)
        self._candidates = np.zeros(n_vocab, dtype=CANDIDATE)
        self._error: BaseException | None = None
        # C keeps pointers to these ctypes objects, so they must live as long as the chain.
        self._interface = llama.llama_sampler_i()
        self._interface.name = llama.llama_sampler_i_name(lambda _: b"tpop-steered")
        self._interface.apply = llama.llama_sampler_i_apply(self._apply)
        self._head = llama.llama_sampler_init(ctypes.pointer(self._interface), None)
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for sampler in (self._head, *_llama_samplers(sampling, seed, n_vocab)):
            llama.llama_sampler_chain_add(self._chain, sampler)
        self._array = llama.llama_token_data_array()

    def next(self, rows: Sequence[Row], weights: Sequence[float]) -> int:
        """Sample and accept one token; see `protocol.TokenSampler.next`."""
        self._rows, self._weights = rows, weights
        array = self._array
        array.data = ctypes.cast(self._candidates.ctypes.data, llama.llama_token_data_p)
        array.size, array.selected, array.sorted = len(self._candidates), -1, False
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        if self._error is not None:  # the callback stores it, because C cannot propagate it
            raise self._error
        token = int(array.data[array.selected].id)
        llama.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the chain and its samplers."""
        if self._chain is not None:
            llama.llama_sampler_free(self._chain)
            self._chain = None

    def _apply(
        self, _sampler: object, array: ctypes._Pointer[llama.llama_token_data_array]
    ) -> None:
        """The callback: fill the candidates with steered scores, in place."""
        try:
            rows, weights = self._rows, self._weights
            if len(rows) == 1:  # one context of weight 1: llama.cpp's own logits
                ids = self._candidate_ids(rows[0])
                scores: npt.NDArray[np.floating] = rows[0][ids]
            else:
                ids, scores = steered_scores(rows, weights, self._alpha)
            k = len(ids)
            self._candidates["id"][:k] = ids
            # llama.cpp's repeat penalty scales logits, so their level matters: do not shift the
            # maximum to zero. The weights sum to one, so steered scores have the level of logits.
            self._candidates["logit"][:k] = scores
            array.contents.size = k
        except BaseException as error:
            self._error = error

    def _candidate_ids(self, row: Row) -> npt.NDArray[np.intp]:
        """The tokens that can affect the result: often a few hundred of the vocabulary.

        If top-k keeps the best k tokens, or greedy sampling the best one, only the best k + n can
        be among them, where n is the number of tokens that the repeat penalty can lower. Without
        such a bound the result is all tokens.
        """
        if self._n_needed:
            ids = np.flatnonzero(row >= row.max() - _LOGIT_RANGE)
            if len(ids) >= self._n_needed:
                return ids
        return self._all_ids


def _n_needed(sampling: Sampling) -> int:
    """The number of best tokens that determine the result of the chain; 0 if all tokens do."""
    n_kept = sampling.top_k if sampling.temperature > 0 else 1
    return n_kept + sampling.repeat_last_n if n_kept > 0 and sampling.repeat_penalty >= 1 else 0


def _llama_samplers(sampling: Sampling, seed: int, n_vocab: int) -> list[object]:
    """llama.cpp's samplers, in the order in which llama-cpp-python chains them."""
    penalties = (sampling.repeat_last_n, sampling.repeat_penalty, 0.0, 0.0)
    chain = [llama.llama_sampler_init_penalties(n_vocab, *penalties)]
    if sampling.temperature <= 0:
        return [*chain, llama.llama_sampler_init_greedy()]
    return [
        *chain,
        llama.llama_sampler_init_top_k(sampling.top_k),
        llama.llama_sampler_init_top_p(sampling.top_p, 1),
        llama.llama_sampler_init_min_p(sampling.min_p, 1),
        llama.llama_sampler_init_temp(sampling.temperature),
        llama.llama_sampler_init_dist(seed & 0x7FFFFFFF),
    ]
