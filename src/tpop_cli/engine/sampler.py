"""The sampler chain: tpop's steered score at the head, then llama.cpp's own samplers.

The head is a custom `llama_sampler_i` whose `apply` callback writes the steered candidates into the array
that llama.cpp's penalties, top-k, top-p, min-p, temperature and distribution then work on.
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
"""llama_token_data, as numpy sees it."""

_LOGIT_RANGE = 15.0  # below the best token; a thing of speed only, what falls out of it is counted


class SteeredSampler:
    """One answer's sampler chain; see `protocol.TokenSampler`.

    Args:
        sampling: llama.cpp's parameters. The order of the chain is llama-cpp-python's.
        seed: of llama.cpp's own generator.
        n_vocab: length of a logits row.
        alpha: plausibility bound of the steered score.
        tilt: what is added to each token's score, (n_vocab,), or nothing.
        ends: the tokens that end an answer.
    """

    def __init__(
        self,
        sampling: Sampling,
        seed: int,
        n_vocab: int,
        alpha: float,
        tilt: Row | None = None,
        ends: Sequence[int] = (),
    ) -> None:
        self._alpha, self._tilt, self._ends, self._end = alpha, tilt, list(ends), 0.0
        self._rows: Sequence[Row] = ()
        self._weights: Sequence[float] = ()
        self._ids = np.arange(n_vocab)
        self._needed = _needed(sampling)
        self._candidates = np.zeros(n_vocab, dtype=CANDIDATE)
        self._error: BaseException | None = None
        # ctypes objects that C keeps pointers to must live as long as the chain.
        self._interface = llama.llama_sampler_i()
        self._interface.name = llama.llama_sampler_i_name(lambda _: b"tpop-steered")
        self._interface.apply = llama.llama_sampler_i_apply(self._apply)
        self._head = llama.llama_sampler_init(ctypes.pointer(self._interface), None)
        self._chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
        for sampler in (self._head, *_llama_samplers(sampling, seed, n_vocab)):
            llama.llama_sampler_chain_add(self._chain, sampler)
        self._array = llama.llama_token_data_array()

    def next(self, rows: Sequence[Row], weights: Sequence[float], end: float = 0.0) -> int:
        """Sample and accept one token; see `protocol.TokenSampler.next`."""
        self._rows, self._weights, self._end = rows, weights, end
        array = self._array
        array.data = ctypes.cast(self._candidates.ctypes.data, llama.llama_token_data_p)
        array.size, array.selected, array.sorted = len(self._candidates), -1, False
        llama.llama_sampler_apply(self._chain, ctypes.byref(array))
        if self._error is not None:  # an exception cannot cross C: the callback left it here
            raise self._error
        token = int(array.data[array.selected].id)
        llama.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the chain, and with it its samplers."""
        if self._chain is not None:
            llama.llama_sampler_free(self._chain)
            self._chain = None

    def _apply(
        self, _sampler: object, array: ctypes._Pointer[llama.llama_token_data_array]
    ) -> None:
        """The callback: fill the candidates with steered scores, in place."""
        try:
            rows, weights = self._rows, self._weights
            if (
                len(rows) == 1
            ):  # one context of weight 1: llama.cpp's own logits, exactly if nothing is tilted
                row = rows[0] if self._tilt is None else rows[0] + self._tilt
                if self._end:
                    row = row.copy()
                    row[self._ends] += self._end
                ids = self._candidates_of(row)
                scores: npt.NDArray[np.floating] = row[ids]
            else:
                ids, scores = steered_scores(rows, weights, self._alpha)
                if self._tilt is not None:
                    scores = scores + self._tilt[ids]
                if self._end:
                    scores = scores + self._end * np.isin(ids, self._ends)
            k = len(ids)
            self._candidates["id"][:k] = ids
            # Not shifted to a maximum of zero: llama.cpp's repeat penalty scales a logit, so it needs their level,
            # and since the weights sum to one a steered score has the level of a plain logit.
            self._candidates["logit"][:k] = scores
            array.contents.size = k
        except BaseException as error:
            self._error = error

    def _candidates_of(self, row: Row) -> npt.NDArray[np.intp]:
        """The tokens that can matter to the chain: often a few hundred of a vocabulary.

        Where top-k keeps the best k, or greedy the best one, only the best k + n can be among them, n being the
        tokens whose logits the repeat penalty may lower. All tokens, where there is no such bound.
        """
        if self._needed:
            ids = np.flatnonzero(row >= row.max() - _LOGIT_RANGE)
            if len(ids) >= self._needed:
                return ids
        return self._ids


def _needed(sampling: Sampling) -> int:
    """How many of the best tokens decide what the chain draws; 0 if all may."""
    kept = sampling.top_k if sampling.temperature > 0 else 1
    return kept + sampling.repeat_last_n if kept > 0 and sampling.repeat_penalty >= 1 else 0


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
