"""Opens, forks and extends token sequences that share one KV cache.

A fork copies no data, because the KV cache is unified: the same cells belong to both sequences. A
prompt is prefilled only from where it departs from every cached sequence.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ContextFullError
from .kv_cache import KVCache
from .llama_batch import BatchItem, LlamaBatch
from .prefix import shared_prefix
from .protocol import Interrupted, Row

_WARM_CHUNK = 64  # tokens that `warm` evaluates at a time, and the most an interrupt loses
_WARM_STATE_CHUNK = 32  # the same with a recurrent state, where an interrupt waits for them
_Prompt = tuple[int, ...]


class Sequences:
    """The sequences of one llama.cpp context.

    Args:
        ctx: a llama_context with a unified KV cache of `n_ctx` cells; the caller frees it.
        model: the model's name, for error messages.
        n_vocab: the length of a row of logits.
        n_ctx, n_batch: the number of cells of the KV cache, and of tokens in a batch at most.
        n_seq_max: the maximum number of sequences.
        stop: when set, a running llama_decode soon returns and `Interrupted` is raised.
        call, n_threads: see `LlamaBatch`.
        n_embd: the length of a hidden state; 0 if the context does not compute them.
        n_window, has_state: see `KVCache`. After an aborted decode no recurrent state is one of a
            known position, so all sequences are dropped.
    """

    def __init__(
        self,
        ctx: object,
        *,
        model: str,
        n_vocab: int,
        n_ctx: int,
        n_batch: int,
        n_seq_max: int,
        stop: threading.Event,
        call: Callable[..., Any],
        n_threads: Callable[[int], int],
        n_embd: int = 0,
        n_window: int = 0,
        has_state: bool = False,
    ) -> None:
        self.cache = KVCache(ctx, n_seq_max, n_window=n_window, has_state=has_state)
        self._batch = LlamaBatch(
            ctx,
            model=model,
            n_vocab=n_vocab,
            n_embd=n_embd,
            n_ctx=n_ctx,
            n_batch=n_batch,
            stop=stop,
            make_room=self.cache.evict,
            call=call,
            n_threads=n_threads,
        )
        self._rows: dict[int, Row] = {}
        self._hidden: dict[int, Row] = {}
        self.prefilled = 0

    def close(self) -> None:
        """Free the batch."""
        self._batch.close()

    @property
    def decode_seconds(self) -> float:
        """Seconds spent in llama_decode so far."""
        return self._batch.decode_seconds

    # -- operations of protocol.Engine --------------------------------------------------------

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        """Prefill `prompts` (not empty, one token or more each); see `protocol.Engine.open`.

        The prefix that all prompts share is decoded once, in a sequence called the trunk. Each
        different prompt forks the trunk, or a kept sequence that holds more of it, and the rest of
        all prompts is decoded in one batch. A single prompt is decoded whole, as llama.cpp's own
        programs do: in two parts it would be rounded differently, which could change the answer.
        """
        unique = list(dict.fromkeys(map(tuple, prompts)))
        trunk, by_prompt = self.cache.claim_prefix(shared_prefix(unique)), dict[_Prompt, int]()
        opened: list[int] = []
        try:
            self._begin(unique, trunk, by_prompt)
            first, start = by_prompt[unique[0]], unique[0][:checkpoint]
            if start != unique[0]:
                self._checkpoint(first, start)
            self._prefill([(handle, prompt) for prompt, handle in by_prompt.items()], wanted=True)
            if start == unique[0] and first != trunk:
                self._checkpoint(first, start)
            returned = {trunk}
            for prompt in map(tuple, prompts):
                handle = by_prompt[prompt]
                if handle in returned:  # the trunk, or a repeated prompt
                    handle = self.fork(handle)
                returned.add(handle)
                opened.append(handle)
        except BaseException:
            for handle in {*by_prompt.values(), *opened} - {trunk}:
                self.close_sequence(handle)
            raise
        finally:
            self._rows.pop(trunk, None)
            self.cache.keep(trunk)
        return opened

    def _begin(self, prompts: list[_Prompt], trunk: int, by_prompt: dict[_Prompt, int]) -> None:
        """Give each of some different prompts a sequence that holds its start."""
        cache, shared = self.cache, shared_prefix(prompts)
        if len(prompts) == 1:
            by_prompt[prompts[0]] = trunk
        else:
            for prompt in prompts:
                # The last token's logits are needed, so it is evaluated.
                source, length = cache.find_prefix(prompt[:-1])
                if length > len(shared):
                    by_prompt[prompt] = cache.take(source, length)
        cache.drop_kept(prompts)
        rest = [prompt for prompt in prompts if prompt not in by_prompt]
        if rest:
            self._prefill([(trunk, shared)], wanted=False)
        for prompt in rest:
            by_prompt[prompt] = self.fork(trunk)

    def _checkpoint(self, handle: int, tokens: Sequence[int]) -> None:
        """Keep a copy of a recurrent state after `tokens`: all that a later prompt can share.

        It needs a sequence to spare.
        """
        cache, n = self.cache, len(tokens)
        if cache.has_state and n and (cache.free or cache.kept):
            if len(cache.tokens[handle]) < n:
                self._prefill([(handle, tokens)], wanted=False)
            if len(cache.tokens[handle]) == n:
                cache.keep(cache.fork(handle))

    def warm(self, prefixes: Sequence[Sequence[int]]) -> None:
        """Evaluate how future prompts start, and keep it; see `protocol.Engine.warm`."""
        claimed = list[int]()
        chunk = _WARM_STATE_CHUNK if self.cache.has_state else _WARM_CHUNK
        try:
            for tokens in filter(None, prefixes):
                handle = self.cache.claim_prefix(tokens)
                claimed.append(handle)
                for start in range(len(self.cache.tokens[handle]), len(tokens), chunk):
                    part = list(tokens[start : start + chunk])
                    self._extend([(handle, part, False)], may_abort=not self.cache.has_state)
        except (Interrupted, ContextFullError):
            pass  # the part that was evaluated is still useful, and nothing waits for the rest
        finally:
            if claimed:
                self.cache.drop_kept(prefixes)
            for handle in claimed:
                self.cache.keep(handle)

    def extend(self, tokens: Sequence[tuple[int, Sequence[int]]]) -> None:
        """Append tokens to each of several sequences; see `protocol.Engine.extend`."""
        # This is short, so one that would lose a recurrent state is not aborted.
        pending = [(handle, list(its_tokens), True) for handle, its_tokens in tokens]
        self._extend(pending, may_abort=not self.cache.has_state)

    def logits(self, handle: int) -> Row:
        """The logits after the last token of a sequence."""
        return self._rows[handle]

    def hidden(self, handle: int) -> Row:
        """The hidden state of the last token of a sequence."""
        return self._hidden[handle]

    def fork(self, source: int) -> int:
        """A new sequence with the tokens of `source`, and with its logits, if they are known."""
        forked = self.cache.fork(source)
        if source in self._rows:
            self._rows[forked] = self._rows[source]
        return forked

    def close_sequence(self, handle: int, *, keep: bool = False) -> None:
        """Give a sequence back; see `protocol.Engine.close_sequence`."""
        self._rows.pop(handle, None)
        self._hidden.pop(handle, None)
        if keep:
            self.cache.keep(handle)
        else:
            self.cache.drop(handle)

    def logprobs(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """See `protocol.Engine.logprobs`. One forward pass; shape (len(tokens) - start,)."""
        logprobs = []
        for position, index in self._forward(tokens[:-1], start - 1):
            row = self._batch.read_logits(index).astype(np.float64)
            top = row.max()
            logsumexp = np.log(np.exp(row - top).sum())
            logprobs.append(float(row[tokens[position + 1]] - top - logsumexp))
        return np.array(logprobs)

    def hidden_states(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """See `protocol.Engine.hidden_states`. One forward pass."""
        states = [self._batch.read_hidden(index) for _, index in self._forward(tokens, start)]
        return np.array(states, dtype=np.float64).reshape(-1, self._batch.n_embd)

    # -- decoding -----------------------------------------------------------------------------

    def _prefill(self, prompts: Sequence[tuple[int, Sequence[int]]], *, wanted: bool) -> None:
        """Complete each sequence, which holds a prefix of its prompt, to the whole prompt."""
        pending = [
            (handle, list(prompt[len(self.cache.tokens[handle]) :]), wanted)
            for handle, prompt in prompts
        ]
        self._extend(pending)
        self.prefilled += sum(len(tokens) for _, tokens, _ in pending)

    def _extend(
        self, pending: Sequence[tuple[int, list[int], bool]], *, may_abort: bool = True
    ) -> None:
        """Append tokens to sequences.

        After an error the sequences are as they were before. With a recurrent state they are then
        dropped, unless nothing was decoded.

        Args:
            pending: (handle, tokens, whether the logits of the last token are wanted) each.
            may_abort: whether the stop flag ends a llama_decode that runs.
        """
        items: list[BatchItem] = []
        for handle, tokens, wanted in pending:
            start = len(self.cache.tokens[handle])
            last = len(tokens) - 1
            items += [(handle, t, start + i, wanted and i == last) for i, t in enumerate(tokens)]
        before = {handle: len(self.cache.tokens[handle]) for handle, _, _ in pending}
        decoded = 0
        try:
            for decoded in range(0, len(items), self._batch.n_batch):
                self._decode(items[decoded : decoded + self._batch.n_batch], may_abort=may_abort)
        except BaseException:
            for handle, length in before.items():
                if not self.cache.has_state:
                    self.cache.remove_cells_after(handle, length)
                elif any(item[0] == handle for item in items[:decoded]):
                    self.cache.drop(handle)
            raise
        for handle, tokens, _ in pending:
            self.cache.tokens[handle] += tokens

    def _decode(self, items: Sequence[BatchItem], *, may_abort: bool = True) -> None:
        """Decode a batch and keep the outputs that are wanted."""
        with self._dropping_lost_states(may_abort):
            self._batch.decode(items, may_abort=may_abort)
            for i, (handle, _, _, wanted) in enumerate(items):
                if wanted:
                    self._rows[handle] = self._batch.read_logits(i)
                    if self._batch.n_embd:
                        self._hidden[handle] = self._batch.read_hidden(i)

    @contextmanager
    def _dropping_lost_states(self, may_abort: bool) -> Iterator[None]:
        """Drop all sequences if a decode fails after it began to change recurrent states.

        It may have moved the states of sequences that it does not decode, too.
        """
        try:
            yield
        except ContextFullError:
            raise  # nothing was decoded
        except BaseException as error:
            if self.cache.has_state and (may_abort or not isinstance(error, Interrupted)):
                self.cache.clear()
            raise

    def _forward(self, tokens: Sequence[int], start: int) -> Iterator[tuple[int, int]]:
        """Evaluate tokens in a temporary sequence.

        Yields:
            (position, index in the batch) of each token from position `start` on, while its output
            can be read.
        """
        handle, n_batch = self.cache.new(), self._batch.n_batch
        try:
            for i in range(0, len(tokens), n_batch):
                part = range(i, min(i + n_batch, len(tokens)))
                with self._dropping_lost_states(may_abort=True):
                    self._batch.decode([(handle, tokens[p], p, p >= start) for p in part])
                yield from ((p, p - i) for p in part if p >= start)
        finally:
            self.cache.drop(handle)
