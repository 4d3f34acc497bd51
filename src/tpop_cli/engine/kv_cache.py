"""Keeps account of the memory of one llama.cpp context: which sequence holds which tokens."""

from __future__ import annotations

from collections.abc import Sequence

import llama_cpp.llama_cpp as llama

from ..errors import ContextFullError
from .abort_guard import backend_aborted
from .prefix import common_prefix


class KVCache:
    """The sequence ids of a context and the tokens of each.

    A sequence is *live* while someone uses it. When it is no longer used it is dropped, or *kept*:
    its cells stay until their space is needed, and prompts with the same prefix reuse them.

    A recurrent state is that of a whole sequence: llama.cpp copies it as it is now, whatever
    positions it is told to copy, and removes it whole or not at all. So only a whole sequence is a
    prefix of others where the model has one.

    Args:
        ctx: a llama_context with a unified KV cache; the caller frees it.
        n_seq_max: the number of sequence ids.
        n_window: the positions that a sliding window sees; 0 if the model has none.
        has_state: whether the model has a recurrent state, beside a KV cache or instead of one.
    """

    def __init__(
        self, ctx: object, n_seq_max: int, *, n_window: int = 0, has_state: bool = False
    ) -> None:
        self._memory = llama.llama_get_memory(ctx)
        self._n_seq_max, self._n_window, self.has_state = n_seq_max, n_window, has_state
        self.free = list(range(n_seq_max))[::-1]
        self.kept: list[int] = []  # oldest first
        self.tokens: dict[int, list[int]] = {}  # of every sequence, live or kept

    def new(self) -> int:
        """A new, empty sequence. If no id is free, the oldest kept sequence is dropped.

        Raises:
            ContextFullError: all ids belong to live sequences.
        """
        if not self.free and not self.evict():
            raise ContextFullError(
                "too many sequences at once for this context", "send fewer prompts at a time"
            )
        handle = self.free.pop()
        self.tokens[handle] = []
        return handle

    def fork(self, source: int) -> int:
        """A new sequence with all tokens of `source`. It shares their cells; no data is copied."""
        return self._copy(source, len(self.tokens[source]))

    def find_prefix(self, prompt: Sequence[int]) -> tuple[int, int]:
        """(a sequence, how many tokens at the start of `prompt` it holds), where that is most.

        Only what a new sequence can share counts. Without any, it is (-1, 0).
        """
        source, length = -1, 0
        for handle, cached in self.tokens.items():
            n = common_prefix(cached, prompt)
            if n > length and self._can_share(handle, n):
                source, length = handle, n
        return source, length

    def _can_share(self, handle: int, length: int) -> bool:
        """Whether the first `length` tokens of a sequence can be those of another one."""
        if length == len(self.tokens[handle]):
            return True
        if self.has_state or not self._n_window:
            return not self.has_state
        # A sliding window may have been pruned: the cells that its next token sees must be there.
        first = llama.llama_memory_seq_pos_min(self._memory, handle)
        return int(first) <= max(0, length - self._n_window)

    def claim(self, source: int, length: int) -> int:
        """A new sequence with the first `length` tokens of another; an empty one if that is 0."""
        return self._copy(source, length) if length else self.new()

    def claim_prefix(self, prompt: Sequence[int]) -> int:
        """A sequence with the longest prefix of `prompt` that the cache holds, to be completed."""
        source, length = self.find_prefix(prompt)
        return (self.take if length == len(prompt) else self.claim)(source, length)

    def take(self, source: int, length: int) -> int:
        """As `claim`, but a kept sequence with a state is used itself, if it is shared whole."""
        if self.has_state and source in self.kept and length == len(self.tokens[source]):
            self.kept.remove(source)
            return source
        return self.claim(source, length)

    def drop_kept(self, but_prefixes_of: Sequence[Sequence[int]] = ()) -> None:
        """Drop kept sequences.

        Args:
            but_prefixes_of: prompts. With a recurrent state, what they begin with is kept: where
                a later prompt departs from them, nothing else can serve it.
        """
        for handle in list(self.kept):
            cached, useful = self.tokens[handle], False
            if self.has_state and cached:
                useful = any(common_prefix(cached, p) == len(cached) for p in but_prefixes_of)
            if not useful:
                self.drop(handle)

    def _copy(self, source: int, length: int) -> int:
        if not self.free:
            self.evict(spare=source)
        tokens, target = self.tokens[source][:length], self.new()
        if source in self.tokens and source != target:  # else it was evicted, as the last one kept
            llama.llama_memory_seq_cp(self._memory, source, target, 0, length)
            self.tokens[target] = tokens
        return target

    def remove_cells_after(self, handle: int, length: int) -> None:
        """Remove a sequence's cells from position `length` on. A state cannot be removed so."""
        if not backend_aborted():
            llama.llama_memory_seq_rm(self._memory, handle, length, -1)

    def keep(self, handle: int) -> None:
        """Keep a sequence that is no longer used, as a source of prefixes."""
        if handle in self.tokens and handle not in self.kept:
            self.kept.append(handle)

    def drop(self, handle: int) -> None:
        """Remove a sequence, if it exists, and free its id."""
        if handle in self.tokens:
            if not backend_aborted():
                llama.llama_memory_seq_rm(self._memory, handle, -1, -1)
            del self.tokens[handle]
            self.free.append(handle)
        if handle in self.kept:
            self.kept.remove(handle)

    def clear(self) -> None:
        """Drop all sequences, live ones too, and zero their data."""
        if not backend_aborted():
            llama.llama_memory_clear(self._memory, True)
        self.free = list(range(self._n_seq_max))[::-1]
        self.kept, self.tokens = [], {}

    def evict(self, spare: int = -1) -> bool:
        """Drop the oldest kept sequence other than `spare`. Returns False if there is none."""
        for handle in self.kept:
            if handle != spare:
                self.drop(handle)
                return True
        return False
