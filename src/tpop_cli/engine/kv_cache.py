"""Keeps account of the KV cache of one llama.cpp context: which sequence holds which tokens."""

from __future__ import annotations

from collections.abc import Sequence

import llama_cpp.llama_cpp as llama

from ..errors import ContextFullError
from .abort_guard import backend_aborted
from .prefix import common_prefix


class KVCache:
    """The sequence ids of a unified KV cache and the tokens of each.

    A sequence is *live* while someone uses it. When it is no longer used it is dropped, or *kept*:
    its cells stay until their space is needed, and prompts with the same prefix reuse them.

    Args:
        ctx: a llama_context with a unified KV cache; the caller frees it.
        n_seq_max: the number of sequence ids.
    """

    def __init__(self, ctx: object, n_seq_max: int) -> None:
        self._memory = llama.llama_get_memory(ctx)  # llama.cpp's name for the KV cache
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
        handle = self.new()
        self._share(source, handle, len(self.tokens[source]))
        return handle

    def find_prefix(self, prompt: Sequence[int]) -> tuple[int, int]:
        """(a sequence, how many tokens at the start of `prompt` it holds), where that is most.

        Without any, it is (-1, 0).
        """
        source, length = -1, 0
        for handle, cached in self.tokens.items():
            n = common_prefix(cached, prompt)
            if n > length:
                source, length = handle, n
        return source, length

    def claim(self, source: int, length: int) -> int:
        """A new sequence with the first `length` tokens of another; an empty one if that is 0."""
        if not self.free:
            self.evict(spare=source)
        claimed = self.new()
        if length:
            self._share(source, claimed, length)
        return claimed

    def claim_prefix(self, prompt: Sequence[int]) -> int:
        """A new sequence with the longest prefix of `prompt` that the cache holds."""
        return self.claim(*self.find_prefix(prompt))

    def drop_kept(self) -> None:
        """Drop every kept sequence."""
        for handle in list(self.kept):
            self.drop(handle)

    def _share(self, source: int, target: int, length: int) -> None:
        llama.llama_memory_seq_cp(self._memory, source, target, 0, length)
        self.tokens[target] = self.tokens[source][:length]

    def remove_cells_after(self, handle: int, length: int) -> None:
        """Remove a sequence's cells from position `length` on."""
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

    def evict(self, spare: int = -1) -> bool:
        """Drop the oldest kept sequence other than `spare`. Returns False if there is none."""
        for handle in self.kept:
            if handle != spare:
                self.drop(handle)
                return True
        return False
