"""How a GGUF file becomes a llama.cpp model and a context: llama.cpp's own options, by its own names."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import psutil

from ..errors import BadDataError, DecodeError, UsageError
from ..settings import DEFAULT_CTX, MAX_CTX, default
from .devices import add_rpc_servers, offload_devices
from .gguf import Header
from .guard import guarded
from .log import reason
from .memory import CACHE_TYPES, MemoryEstimate, estimate, layers_that_fit

N_BATCH = 512
ALL_LAYERS = -1

SPLIT_MODES = {"none": 0, "layer": 1, "row": 2, "tensor": 3}
"""llama.cpp's --split-mode: how a model is laid over several devices (enum llama_split_mode)."""

FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}
"""llama.cpp's --flash-attn (enum llama_flash_attn_type)."""


@dataclass(frozen=True)
class LoadOptions:
    """How a model is loaded. The defaults suit a laptop.

    Args:
        n_ctx: tokens in the KV cache, shared by all sequences; 0: what the model was trained on, at most 8192.
        n_threads: 0: one a physical core.
        gpu_layers: layers on devices; None: as many as their free memory holds; `ALL_LAYERS`.
        split_mode: of `SPLIT_MODES`.
        tensor_split: how much of the model goes to each device, in proportions; empty: by free memory.
        main_gpu: the device that is used where split_mode is "none".
        flash_attn: of `FLASH_ATTENTION`.
        cache_type_k, cache_type_v: how the KV cache is held, of `memory.CACHE_TYPES`.
        mlock: keep the weights in RAM. mmap: read them from the file as they are needed.
        rpc: "HOST:PORT" of llama.cpp RPC servers whose devices to use, too.
        n_seq_max: sequences at once.
        hidden_states: give the hidden state of every output token beside its logits.
        chat_template: name of a built-in template to use in place of the model's.
        on_log: who is given the lines of llama.cpp's log.
    """

    n_ctx: int = default("ctx")
    n_threads: int = 0
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
    n_seq_max: int = 32
    hidden_states: bool = False
    chat_template: str | None = default("chat_template")
    on_log: Callable[[str], None] | None = None

    @property
    def threads(self) -> int:
        """The threads that are used."""
        return self.n_threads or psutil.cpu_count(logical=False) or 1

    @property
    def call(self) -> Callable[..., Any]:
        """How llama.cpp is called: guarded where a server may go away, else directly."""
        return guarded if self.rpc else _directly


def _directly(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def context_size(asked: int, header: Header) -> int:
    """How many tokens the context will hold. Raises UsageError if `asked` is impossible."""
    if asked == 0:
        return min(header.number("context_length") or 4096, DEFAULT_CTX)
    if not 16 <= asked <= MAX_CTX:
        raise UsageError(
            f"a context of {asked} tokens is not possible", f"--ctx takes 16 to {MAX_CTX}"
        )
    return asked


def memory_estimate(header: Header, options: LoadOptions) -> MemoryEstimate:
    """What the model would take, loaded so."""
    n_ctx = context_size(options.n_ctx, header)
    return estimate(header, n_ctx, N_BATCH, options.cache_type_k, options.cache_type_v)


def offloaded_layers(header: Header, options: LoadOptions) -> int:
    """How many layers go to devices, if there are any: as `gpu_layers` says, or as many as fit."""
    need, taking = memory_estimate(header, options), offload_devices()
    if not taking:
        return 0
    if options.gpu_layers is None:
        return layers_that_fit(need, taking)
    return (
        need.n_layers
        if options.gpu_layers == ALL_LAYERS
        else min(options.gpu_layers, need.n_layers)
    )


def load_model(path: Path, header: Header, options: LoadOptions) -> object:
    """Load the weights. Ctrl-C ends it early.

    Raises:
        BadDataError: llama.cpp cannot load it, or it cannot be steered.
        UnavailableError: an RPC server does not answer.
        UsageError: impossible options.
    """
    add_rpc_servers(options.rpc)
    params = llama.llama_model_default_params()
    params.n_gpu_layers = offloaded_layers(header, options)
    params.split_mode, params.main_gpu = SPLIT_MODES[options.split_mode], options.main_gpu
    shares = _shares(options.tensor_split)
    if shares is not None:
        params.tensor_split = shares
    _refuse_what_cannot_fit(header, options, params.n_gpu_layers)
    params.load_mode = {
        (True, False): llama.LLAMA_LOAD_MODE_MMAP,
        (True, True): llama.LLAMA_LOAD_MODE_MMAP_MLOCK,
        (False, False): llama.LLAMA_LOAD_MODE_NONE,
        (False, True): llama.LLAMA_LOAD_MODE_MLOCK,
    }[options.mmap, options.mlock]
    cancelled = threading.Event()
    progress = llama.llama_progress_callback(lambda _fraction, _data: not cancelled.is_set())
    params.progress_callback = progress
    try:
        model = guarded(
            llama.llama_model_load_from_file, str(path).encode(), params, on_interrupt=cancelled.set
        )
    except DecodeError as error:
        raise BadDataError(f"{path.name} cannot be loaded: {error.message}", error.hint) from None
    if not model:
        raise BadDataError(
            f"llama.cpp could not load {path.name}: {reason() or 'it does not say why'}",
            "see more with --verbose, or choose another with --model",
        )
    refusal = unsupported_reason(model)
    if refusal:
        options.call(llama.llama_model_free, model)
        raise BadDataError(f"{path.name} is {refusal}", "choose a transformer model with --model")
    return model


def _refuse_what_cannot_fit(header: Header, options: LoadOptions, n_offloaded: int) -> None:
    """Refuse a KV cache that the host's memory cannot hold: the system would end the process later."""
    need = memory_estimate(header, options)
    kept = need.kv * max(0, len(need.blocks) - n_offloaded) + need.compute
    free = psutil.virtual_memory().available
    if kept > free:
        n_ctx = context_size(options.n_ctx, header)
        raise UsageError(
            f"a context of {n_ctx} tokens takes about {kept / 1e9:.1f} GB of memory; {free / 1e9:.1f} GB are free",
            "ask for less with --ctx, or hold the KV cache smaller: --cache-type-k q8_0",
        )


def _shares(split: tuple[float, ...]) -> object | None:
    if not split:
        return None
    n = int(llama.llama_max_devices())
    if len(split) > n or min(split) < 0 or not sum(split):
        raise UsageError("--tensor-split takes a proportion a device", "such as --tensor-split 3,1")
    return (ctypes.c_float * n)(*split)


def unsupported_reason(model: object) -> str:
    """Why answers of this model cannot be forked and steered; empty if they can."""
    if llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model):
        return "a recurrent model, whose state cannot be shared by two answers"
    return "" if llama.llama_model_has_decoder(model) else "an encoder and cannot write text"


def make_context(model: object, n_ctx: int, options: LoadOptions) -> object:
    """A context with one KV cache for all sequences.

    Raises:
        UsageError: there is no memory for it, or its options do not go together.
        UnavailableError: an RPC server went away.
    """
    params = llama.llama_context_default_params()
    params.n_ctx = n_ctx
    params.n_batch = params.n_ubatch = N_BATCH
    params.n_seq_max = options.n_seq_max
    params.n_threads = params.n_threads_batch = options.threads
    params.flash_attn_type = FLASH_ATTENTION[options.flash_attn]
    params.type_k, params.type_v = (
        CACHE_TYPES[options.cache_type_k][0],
        CACHE_TYPES[options.cache_type_v][0],
    )
    params.kv_unified = True  # a fork shares cells instead of copying them
    params.swa_full = True  # with a pruned sliding window a prefix could not be reused
    params.no_perf = True
    if options.hidden_states:
        params.embeddings, params.pooling_type = True, llama.LLAMA_POOLING_TYPE_NONE
    ctx = options.call(llama.llama_init_from_model, model, params)
    if ctx:
        return ctx
    if (options.cache_type_k, options.cache_type_v) != ("f16", "f16"):
        raise UsageError(
            f"llama.cpp made no context with a KV cache of {options.cache_type_k} and {options.cache_type_v}",
            "a quantized V cache needs --flash-attn on; see why with --verbose",
        )
    raise UsageError(f"no memory for a context of {n_ctx} tokens", "ask for less with --ctx")
