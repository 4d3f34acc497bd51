"""Sequences: one llama.cpp context, its batch, and who holds which part of the shared KV cache.

A fork copies no data (the KV cache is unified): the forked cells just belong to two sequences. A prompt is
prefilled only where no cached sequence starts with the same tokens.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from ..errors import ContextFullError, DecodeError
from .guard import backend_aborted
from .prefix import common_prefix, shared_prefix
from .protocol import Interrupted, Row

_NO_SLOT, _ABORTED = 1, 2  # what llama_decode returns besides 0 (done) and negative numbers (fatal)

_WARM = 64  # tokens of a prompt to come that are evaluated at a time: what an interrupt loses

Item = tuple[int, int, int, bool]
"""One row of a batch: (sequence, token, position, whether its logits are wanted)."""


class Sequences:
    """Opens, forks, extends and frees the sequences of one llama.cpp context.

    Args:
        ctx: a llama_context with a unified KV cache of `n_ctx` cells; owned by the caller.
        n_vocab, n_ctx, n_batch, n_seq_max: the context's sizes.
        n_embd: length of a hidden state, if the context was made to give them; else 0.
        stop: when set, a running llama_decode returns within one graph node and `Interrupted` is raised.
        call: how llama.cpp is called where it may have to wait for a server.
    """

    def __init__(
        self,
        ctx: object,
        *,
        n_vocab: int,
        n_ctx: int,
        n_batch: int,
        n_seq_max: int,
        stop: threading.Event,
        call: Callable[..., Any],
        n_embd: int = 0,
    ) -> None:
        self._ctx, self._call = ctx, call
        self._memory = llama.llama_get_memory(ctx)
        self._n_vocab, self._n_ctx, self._n_batch, self._n_embd = n_vocab, n_ctx, n_batch, n_embd
        self._stop = stop
        self._batch = llama.llama_batch_init(n_batch, 0, 1)
        self._free = list(range(n_seq_max))[::-1]
        self._tokens: dict[int, list[int]] = {}  # every sequence in the KV cache, live or kept
        self._kept: list[int] = []  # given back, but still a source of prefixes; oldest first
        self._rows: dict[int, Row] = {}
        self._hidden: dict[int, Row] = {}
        self.prefilled, self.decode_seconds = 0, 0.0
        # The abort callback is asked at every node of the graph (about 500 times a step; not measurable).
        # It runs Python in the decoding thread, which lets a pending SIGINT handler set the flag.
        self._abort = llama.ggml_abort_callback(lambda _: self._stop.is_set())
        llama.llama_set_abort_callback(ctx, self._abort, None)

    def close(self) -> None:
        """Free the batch. The context is the caller's."""
        llama.llama_batch_free(self._batch)

    # -- public operations -------------------------------------------------------------------------------

    def open(self, prompts: Sequence[Sequence[int]]) -> list[int]:
        """Prefill `prompts` (not empty, each of one token or more); see `protocol.Engine.open`.

        What all prompts share is decoded once, in the *trunk*; each different prompt forks it and adds its own
        end, all ends in one batch. A single prompt is decoded in one piece, as llama.cpp's own programs do: cut in
        two it would be rounded differently, and could be answered differently.
        """
        unique = list(dict.fromkeys(map(tuple, prompts)))
        shared = shared_prefix(unique)
        trunk, made = self._claim_trunk(shared), dict[tuple[int, ...], int]()
        opened: list[int] = []
        try:
            if len(unique) == 1:
                made[unique[0]] = trunk
                self._prefill([(trunk, unique[0])], wanted=True)
            else:
                self._prefill([(trunk, shared)], wanted=False)
                for prompt in unique:
                    made[prompt] = self.fork(trunk)
                self._prefill([(handle, prompt) for prompt, handle in made.items()], wanted=True)
            given = {trunk}
            for prompt in map(tuple, prompts):
                handle = made[prompt]
                if handle in given:  # a twin of one before: its cells and logits are shared
                    twin = self.fork(handle)
                    self._rows[twin] = self._rows[handle]
                    handle = twin
                given.add(handle)
                opened.append(handle)
        except BaseException:
            for handle in {*made.values(), *opened} - {trunk}:
                self.close_sequence(handle)
            raise
        finally:
            self._rows.pop(trunk, None)
            self._keep(trunk)
        return opened

    def warm(self, tokens: Sequence[int]) -> None:
        """Evaluate the start of a prompt to come, and keep it as a source of prefixes; see `protocol.Engine.warm`."""
        if not tokens:
            return
        handle = self._claim_trunk(tokens)
        try:
            for start in range(len(self._tokens[handle]), len(tokens), _WARM):
                self._extend([(handle, list(tokens[start : start + _WARM]), False)])
        except (Interrupted, ContextFullError):
            pass  # what was evaluated serves, and nobody waits for the rest
        finally:
            self._keep(handle)

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        """Append one token to each of several sequences in one llama_decode."""
        self._extend([(handle, [token], True) for handle, token in tokens])

    def logits(self, handle: int) -> Row:
        """The logits after the last token of a sequence."""
        return self._rows[handle]

    def hidden(self, handle: int) -> Row:
        """The hidden state of the last token of a sequence."""
        return self._hidden[handle]

    def fork(self, source: int) -> int:
        """A new sequence that goes on where `source` stands; it has no logits of its own yet."""
        handle = self._new()
        self._copy(source, handle, len(self._tokens[source]))
        return handle

    def close_sequence(self, handle: int, *, keep: bool = False) -> None:
        """Give a sequence back; see `protocol.Engine.close_sequence`."""
        self._rows.pop(handle, None)
        self._hidden.pop(handle, None)
        if keep:
            self._keep(handle)
        else:
            self._drop(handle)

    def _prefill(self, prompts: Sequence[tuple[int, Sequence[int]]], *, wanted: bool) -> None:
        """Bring each sequence, which starts as its prompt does, to the whole of it."""
        pending = [
            (handle, list(prompt[len(self._tokens[handle]) :]), wanted)
            for handle, prompt in prompts
        ]
        self._extend(pending)
        self.prefilled += sum(len(tokens) for _, tokens, _ in pending)

    # -- prefixes ----------------------------------------------------------------------------------------

    def _claim_trunk(self, shared: Sequence[int]) -> int:
        """A new sequence that holds as much of `shared` as some cached sequence does; frees the stale ones."""
        source, length = -1, 0
        for handle, cached in self._tokens.items():
            n = common_prefix(cached, shared)
            if n > length:
                source, length = handle, n
        if not self._free:
            self._evict(spare=source)
        trunk = self._new()
        if length:
            self._copy(source, trunk, length)
        for handle in list(self._kept):
            self._drop(handle)
        return trunk

    def _copy(self, source: int, target: int, length: int) -> None:
        llama.llama_memory_seq_cp(self._memory, source, target, 0, length)
        self._tokens[target] = self._tokens[source][:length]

    # -- sequence ids ------------------------------------------------------------------------------------

    def _new(self) -> int:
        if not self._free and not self._evict():
            raise ContextFullError(
                "more sequences at once than this context was made for",
                "ask fewer prompts at a time",
            )
        handle = self._free.pop()
        self._tokens[handle] = []
        return handle

    def _keep(self, handle: int) -> None:
        if handle in self._tokens and handle not in self._kept:
            self._kept.append(handle)

    def _drop(self, handle: int) -> None:
        if handle in self._tokens:
            if not backend_aborted():
                llama.llama_memory_seq_rm(self._memory, handle, -1, -1)
            del self._tokens[handle]
            self._free.append(handle)
        if handle in self._kept:
            self._kept.remove(handle)

    def _evict(self, spare: int = -1) -> bool:
        """Drop the oldest kept sequence; False if there is none."""
        for handle in self._kept:
            if handle != spare:
                self._drop(handle)
                return True
        return False

    # -- decoding ----------------------------------------------------------------------------------------

    def _extend(self, pending: Sequence[tuple[int, list[int], bool]]) -> None:
        """Append tokens to sequences: [(handle, tokens, whether the logits of the last are wanted)]."""
        items: list[Item] = []
        for handle, tokens, wanted in pending:
            start = len(self._tokens[handle])
            last = len(tokens) - 1
            items += [(handle, t, start + i, wanted and i == last) for i, t in enumerate(tokens)]
        before = {handle: len(self._tokens[handle]) for handle, _, _ in pending}
        try:
            for i in range(0, len(items), self._n_batch):
                self._decode(items[i : i + self._n_batch])
        except BaseException:
            for handle, length in before.items() if not backend_aborted() else ():
                llama.llama_memory_seq_rm(self._memory, handle, length, -1)
            raise
        for handle, tokens, _ in pending:
            self._tokens[handle] += tokens

    def _decode(self, items: Sequence[Item], *, keep_rows: bool = True) -> None:
        batch = self._batch
        batch.n_tokens = len(items)
        for i, (handle, token, position, wanted) in enumerate(items):
            batch.token[i] = token
            batch.pos[i] = position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = handle
            batch.logits[i] = wanted
        start = time.perf_counter()
        result = self._call(llama.llama_decode, self._ctx, batch)
        while result == _NO_SLOT and self._evict():
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
        for i, (handle, _, _, wanted) in enumerate(items):
            if wanted and keep_rows:
                self._rows[handle] = self._read_logits(i)
                if self._n_embd:
                    self._hidden[handle] = self._read_hidden(i)

    def logprobs(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """log π(tokens[i] | tokens[:i]) for i ≥ start ≥ 1, in one forward pass; shape (len(tokens) - start,)."""
        found = []
        for position, index in self._pass(tokens[:-1], start - 1):
            row = self._read_logits(index).astype(np.float64)
            top = row.max()
            found.append(float(row[tokens[position + 1]] - top - np.log(np.exp(row - top).sum())))
        return np.array(found)

    def hidden_states(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """Hidden states of tokens[start:], in one forward pass; shape (len(tokens) - start, n_embd)."""
        found = [self._read_hidden(index) for _, index in self._pass(tokens, start)]
        return np.array(found, dtype=np.float64).reshape(-1, self._n_embd)

    def _pass(self, tokens: Sequence[int], start: int) -> Iterator[tuple[int, int]]:
        """Evaluate tokens in a sequence of their own; yields (position, index of its output) from `start` on."""
        handle = self._new()
        try:
            for i in range(0, len(tokens), self._n_batch):
                part = range(i, min(i + self._n_batch, len(tokens)))
                self._decode([(handle, tokens[p], p, p >= start) for p in part], keep_rows=False)
                yield from ((p, p - i) for p in part if p >= start)
        finally:
            self._drop(handle)

    def _read_logits(self, index: int) -> Row:
        pointer = self._call(llama.llama_get_logits_ith, self._ctx, index)
        view = np.ctypeslib.as_array(
            ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (self._n_vocab,)
        )
        return view.copy()  # llama.cpp reuses the buffer at the next decode

    def _read_hidden(self, index: int) -> Row:
        pointer = self._call(llama.llama_get_embeddings_ith, self._ctx, index)
        view = np.ctypeslib.as_array(
            ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (self._n_embd,)
        )
        return view.copy()
