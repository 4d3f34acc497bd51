"""The options a model is loaded with, named as in llama.cpp, and their allowed values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import UsageError
from ..settings import DEFAULT_CTX, MAX_CTX, default
from .cpus import usable_cores
from .gguf import Header

MIN_CTX = 16
N_BATCH = 512
ALL_LAYERS = -1
N_SEQUENCES = 32
N_STATES = 10  # each takes its memory: eight contexts of a duel, the chat, and a checkpoint of it

SPLIT_MODES = {"none": 0, "layer": 1, "row": 2, "tensor": 3}
"""llama.cpp's --split-mode: how a model is split over devices (enum llama_split_mode)."""

FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}
"""llama.cpp's --flash-attn (enum llama_flash_attn_type)."""

CACHE_TYPES = {
    "f32": (0, 4.0),
    "f16": (1, 2.0),
    "bf16": (30, 2.0),
    "q8_0": (8, 34 / 32),
    "q5_1": (7, 24 / 32),
    "q5_0": (6, 22 / 32),
    "q4_1": (3, 20 / 32),
    "q4_0": (2, 18 / 32),
    "iq4_nl": (20, 18 / 32),
}
"""llama.cpp's --cache-type-k and --cache-type-v: (enum ggml_type, bytes per element)."""


@dataclass(frozen=True)
class LoadOptions:
    """How a model is loaded. The defaults suit a laptop.

    Args:
        n_ctx: cells of the KV cache, which all sequences share; 0: the model's training context, at
            most 8192.
        n_threads: 0: one per physical core that the process may use, and fewer while other
            processes are busy.
        repeatable: whether the same seed must give the same answer whatever else the machine does.
            llama.cpp rounds a single token's attention differently with another number of threads.
        gpu_layers: layers to put on devices; None: as many as fit; or `ALL_LAYERS`.
        split_mode: one of `SPLIT_MODES`.
        tensor_split: the proportion of the model for each device; empty: by free memory.
        main_gpu: the device to use with split_mode "none".
        flash_attn: one of `FLASH_ATTENTION`.
        cache_type_k: element type of the K cache, one of `CACHE_TYPES`.
        cache_type_v: element type of the V cache, one of `CACHE_TYPES`.
        mlock: lock the weights in RAM.
        mmap: map the file into memory instead of reading it whole.
        rpc: "HOST:PORT" of llama.cpp RPC servers; their devices are used as well.
        n_seq_max: maximum number of sequences at the same time; None: `N_SEQUENCES`, or
            `N_STATES` if the model has a recurrent state.
        hidden_states: compute the hidden state of every output token, in addition to its logits.
        chat_template: name of a built-in template that replaces the model's own.
        thinking: how a reasoning model should think, one of `thinking_mode.MODES`; empty: as its
            template does it by default.
        on_log: receives each line of llama.cpp's log.
    """

    n_ctx: int = default("ctx")
    n_threads: int = 0
    repeatable: bool = True
    gpu_layers: int | None = None
    split_mode: str = default("split_mode")
    tensor_split: tuple[float, ...] = ()
    main_gpu: int = default("main_gpu")
    flash_attn: str = default("flash_attn")
    cache_type_k: str = default("cache_type_k")
    cache_type_v: str = default("cache_type_v")
    mlock: bool = default("mlock")
    mmap: bool = default("mmap")
    rpc: tuple[str, ...] = ()
    n_seq_max: int | None = None
    hidden_states: bool = False
    chat_template: str | None = default("chat_template")
    thinking: str = ""
    on_log: Callable[[str], None] | None = None

    @property
    def threads(self) -> int:
        """The largest number of threads in use."""
        return self.n_threads or usable_cores()

    @property
    def adapts(self) -> bool:
        """Whether the number of threads always follows what else the machine does."""
        return not self.n_threads and not self.repeatable

    def sequences(self, has_state: bool) -> int:
        """The number of sequences in use, for a model with or without a recurrent state."""
        return self.n_seq_max or (N_STATES if has_state else N_SEQUENCES)


def context_size(n_ctx: int, header: Header) -> int:
    """The size of the context in tokens.

    Args:
        n_ctx: the requested size; 0 for the default.
        header: the model's.

    Raises:
        UsageError: the requested size is out of range.
    """
    if n_ctx == 0:
        return min(header.number("context_length") or 4096, DEFAULT_CTX)
    if not MIN_CTX <= n_ctx <= MAX_CTX:
        raise UsageError(
            f"a context of {n_ctx} tokens is not possible", f"--ctx takes {MIN_CTX} to {MAX_CTX}"
        )
    return n_ctx
