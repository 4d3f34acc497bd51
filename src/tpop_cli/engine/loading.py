"""Creates llama.cpp's model and context from a GGUF file and `LoadOptions`."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import llama_cpp.llama_cpp as llama
import psutil

from ..errors import BadDataError, DecodeError, UsageError
from .abort_guard import direct_call, guarded_call
from .devices import add_rpc_servers
from .gguf import Header
from .llama_log import first_error
from .load_options import (
    CACHE_TYPES,
    FLASH_ATTENTION,
    N_BATCH,
    SPLIT_MODES,
    LoadOptions,
    context_size,
)
from .memory import count_offloaded_layers, estimate_memory


def call_function(options: LoadOptions) -> Callable[..., Any]:
    """How to call llama.cpp: guarded if an RPC server could disconnect, else directly."""
    return guarded_call if options.rpc else direct_call


def load_model(path: Path, header: Header, options: LoadOptions) -> object:
    """Load the weights. Ctrl-C cancels it.

    Returns:
        A llama_model; the caller frees it.

    Raises:
        BadDataError: llama.cpp cannot load the file, or tpop does not support the model.
        UnavailableError: an RPC server does not answer.
        UsageError: impossible options.
    """
    add_rpc_servers(options.rpc)
    params = llama.llama_model_default_params()
    params.n_gpu_layers = count_offloaded_layers(header, options)
    params.split_mode, params.main_gpu = SPLIT_MODES[options.split_mode], options.main_gpu
    tensor_split = _tensor_split(options.tensor_split)
    if tensor_split is not None:
        params.tensor_split = tensor_split
    _check_host_memory(header, options, params.n_gpu_layers)
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
        model = guarded_call(
            llama.llama_model_load_from_file, str(path).encode(), params, on_interrupt=cancelled.set
        )
    except DecodeError as error:
        raise BadDataError(f"{path.name} cannot be loaded: {error.message}", error.hint) from None
    if not model:
        raise BadDataError(
            f"llama.cpp could not load {path.name}: {first_error() or 'it gives no reason'}",
            "run again with --verbose for details, or choose another model with --model",
        )
    unsupported = unsupported_reason(model)
    if unsupported:
        call_function(options)(llama.llama_model_free, model)
        raise BadDataError(f"{path.name} is {unsupported}", "choose another model with --model")
    return model


def _check_host_memory(header: Header, options: LoadOptions, n_offloaded: int) -> None:
    """Raise UsageError if the host cannot hold its part of the KV cache and recurrent states.

    The system would kill the process later, when they fill up.
    """
    estimate = estimate_memory(header, options)
    on_host = max(0, len(estimate.blocks) - n_offloaded)
    needed = sum(estimate.kv[:on_host]) + sum(estimate.states[:on_host]) + estimate.compute
    free = psutil.virtual_memory().available
    if needed > free:
        n_ctx = context_size(options.n_ctx, header)
        raise UsageError(
            f"a context of {n_ctx} tokens takes about {needed / 1e9:.1f} GB of memory; "
            f"{free / 1e9:.1f} GB are free",
            "reduce --ctx, or use a smaller KV cache: --cache-type-k q8_0",
        )


def _tensor_split(proportions: tuple[float, ...]) -> object | None:
    """The proportions as a C array with one item for each device that llama.cpp could have."""
    if not proportions:
        return None
    n = int(llama.llama_max_devices())
    if len(proportions) > n or min(proportions) < 0 or not sum(proportions):
        raise UsageError(
            "--tensor-split takes one proportion per device", "for example --tensor-split 3,1"
        )
    return (ctypes.c_float * n)(*proportions)


def unsupported_reason(model: object) -> str:
    """Why tpop cannot steer this model; empty if it can. It completes "MODEL is ..."."""
    return "" if llama.llama_model_has_decoder(model) else "an encoder, which cannot generate text"


def has_recurrent_state(model: object) -> bool:
    """Whether a model has a recurrent state, in all of its layers or in some."""
    return bool(llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model))


def make_context(model: object, n_ctx: int, n_seq_max: int, options: LoadOptions) -> object:
    """Create a context with one KV cache for all sequences, and a recurrent state for each.

    Returns:
        A llama_context; the caller frees it.

    Raises:
        UsageError: there is not enough memory, or the options exclude each other.
        UnavailableError: an RPC server disconnected.
    """
    params = llama.llama_context_default_params()
    params.n_ctx = n_ctx
    params.n_batch = params.n_ubatch = N_BATCH
    params.n_seq_max = n_seq_max
    params.n_threads = params.n_threads_batch = options.threads
    params.flash_attn_type = FLASH_ATTENTION[options.flash_attn]
    params.type_k, _ = CACHE_TYPES[options.cache_type_k]
    params.type_v, _ = CACHE_TYPES[options.cache_type_v]
    params.kv_unified = True  # a fork shares cells instead of copying them
    params.swa_full = True  # a pruned sliding window could not serve as a cached prefix
    params.no_perf = True
    if options.hidden_states:
        params.embeddings, params.pooling_type = True, llama.LLAMA_POOLING_TYPE_NONE
    ctx = call_function(options)(llama.llama_init_from_model, model, params)
    if ctx:
        return ctx
    if (options.cache_type_k, options.cache_type_v) != ("f16", "f16"):
        raise UsageError(
            "llama.cpp could not create a context with a KV cache of types "
            f"{options.cache_type_k} and {options.cache_type_v}",
            "a quantized V cache needs --flash-attn on; run again with --verbose for details",
        )
    raise UsageError(f"not enough memory for a context of {n_ctx} tokens", "reduce --ctx")
