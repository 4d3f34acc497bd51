"""Decodes batches of tokens in one llama.cpp context and reads their logits and hidden states."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np

from ..errors import ContextFullError, DecodeError
from .protocol import Interrupted, Row

_NO_SLOT, _ABORTED = 1, 2  # results of llama_decode besides 0 (success) and negative (fatal)

BatchItem = tuple[int, int, int, bool]
"""A token of a batch: (sequence, token, position, whether its logits are wanted)."""


class LlamaBatch:
    """A llama_batch that is refilled for each llama_decode.

    Args:
        ctx: a llama_context; the caller frees it.
        model: the model's name, for error messages.
        n_vocab: the length of a row of logits.
        n_embd: the length of a hidden state; 0 if the context does not compute them.
        n_ctx: the context's size, for error messages.
        n_batch: the maximum number of tokens in the batch.
        stop: when set, a running llama_decode returns within one graph node, if it may be aborted.
        make_room: frees cells of the KV cache; returns False if none can be freed.
        call: calls a function of llama.cpp that may wait for an RPC server.
        n_threads: how many threads compute a batch of so many tokens.
    """

    def __init__(
        self,
        ctx: object,
        *,
        model: str,
        n_vocab: int,
        n_embd: int,
        n_ctx: int,
        n_batch: int,
        stop: threading.Event,
        make_room: Callable[[], bool],
        call: Callable[..., Any],
        n_threads: Callable[[int], int],
    ) -> None:
        self._ctx, self._call, self._make_room = ctx, call, make_room
        self._n_threads = n_threads
        self._model, self._n_vocab, self._n_ctx = model, n_vocab, n_ctx
        self.n_embd, self.n_batch = n_embd, n_batch
        self._batch = llama.llama_batch_init(n_batch, 0, 1)
        self.decode_seconds = 0.0
        # llama.cpp calls this at every graph node: about 500 times a step, which costs nothing
        # measurable. It runs Python in the decoding thread, so a pending SIGINT handler can set
        # the flag.
        self._stop, self._may_abort = stop, True
        self._abort = llama.ggml_abort_callback(lambda _: self._may_abort and stop.is_set())
        llama.llama_set_abort_callback(ctx, self._abort, None)

    def close(self) -> None:
        """Free the batch."""
        llama.llama_batch_free(self._batch)

    def decode(self, items: Sequence[BatchItem], *, may_abort: bool = True) -> None:
        """Evaluate at most `n_batch` tokens in one llama_decode.

        Args:
            items: the tokens.
            may_abort: whether `stop` ends it while it runs; else only before it begins.

        Raises:
            Interrupted: `stop` is set.
            ContextFullError: the KV cache has no room and `make_room` found none.
            DecodeError: llama.cpp failed.
        """
        if self._stop.is_set() and not may_abort:
            raise Interrupted
        batch, self._may_abort = self._batch, may_abort
        batch.n_tokens = len(items)
        for i, (handle, token, position, wanted) in enumerate(items):
            batch.token[i] = token
            batch.pos[i] = position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = handle
            batch.logits[i] = wanted
        n_threads = self._n_threads(len(items))
        llama.llama_set_n_threads(self._ctx, n_threads, n_threads)
        start = time.perf_counter()
        result = self._call(llama.llama_decode, self._ctx, batch)
        while result == _NO_SLOT and self._make_room():
            result = self._call(llama.llama_decode, self._ctx, batch)
        self.decode_seconds += time.perf_counter() - start
        if result == _ABORTED:
            raise Interrupted
        if result == _NO_SLOT:
            raise ContextFullError(
                f"the context of {self._n_ctx} tokens is full",
                "start a new chat, shorten the prompt, or raise --ctx",
            )
        if result != 0:
            raise DecodeError(f"llama.cpp could not decode (llama_decode returned {result})")

    def read_logits(self, index: int) -> Row:
        """The logits of item `index` of the last batch, if they were wanted; shape (n_vocab,).

        Raises:
            DecodeError: one of them is NaN or infinite.
        """
        return self._read(llama.llama_get_logits_ith, index, self._n_vocab)

    def read_hidden(self, index: int) -> Row:
        """The hidden state of item `index` of the last batch, as above; shape (n_embd,)."""
        return self._read(llama.llama_get_embeddings_ith, index, self.n_embd)

    def _read(self, get: Callable[..., Any], index: int, length: int) -> Row:
        pointer = self._call(get, self._ctx, index)
        view = np.ctypeslib.as_array(
            ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (length,)
        )
        row: Row = view.copy()  # llama.cpp overwrites the buffer at the next decode
        if not np.isfinite(row).all():  # 16 µs for 150,000 tokens
            raise DecodeError(
                f"the model {self._model} computes numbers that are not finite",
                "its file may be damaged: download it again, or choose another with --model",
            )
        return row
