"""From a command's options, $TPOP_* and config.toml to how a model is loaded."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..store.config import setting
from ..ui.clean import clean

if TYPE_CHECKING:
    from ..engine.loading import LoadOptions
    from .loading_options import LoadingOptions


def load_options(chosen: LoadingOptions, **more: Any) -> LoadOptions:
    """How the model is to be loaded.

    Args:
        chosen: what the command line says; what it leaves open, $TPOP_* or config.toml may say.
        more: fields of `LoadOptions` that no option speaks of.

    Raises:
        UsageError: a value that is none of those there are.
        ConfigError: as `store.config.setting`.
    """
    from ..engine.loading import FLASH_ATTENTION, SPLIT_MODES, LoadOptions
    from ..engine.memory import CACHE_TYPES

    def named(key: str, known: Collection[str], default: str) -> str:
        value = setting(key, getattr(chosen, key)) or default
        if value not in known:
            raise UsageError(
                f"--{key.replace('_', '-')} {value} is not known", f"one of: {', '.join(known)}"
            )
        return str(value)

    mlock, mmap = setting("mlock", chosen.mlock), setting("mmap", chosen.mmap)
    rpc = setting("rpc", chosen.rpc) or ""
    return LoadOptions(
        n_ctx=setting("ctx", chosen.ctx) or 0,
        n_threads=setting("threads", chosen.threads) or 0,
        gpu_layers=_layers(setting("gpu_layers", chosen.gpu_layers) or "auto"),
        split_mode=named("split_mode", SPLIT_MODES, LoadOptions.split_mode),
        tensor_split=_proportions(setting("tensor_split", chosen.tensor_split) or ""),
        main_gpu=setting("main_gpu", chosen.main_gpu) or 0,
        flash_attn=named("flash_attn", FLASH_ATTENTION, LoadOptions.flash_attn),
        cache_type_k=named("cache_type_k", CACHE_TYPES, LoadOptions.cache_type_k),
        cache_type_v=named("cache_type_v", CACHE_TYPES, LoadOptions.cache_type_v),
        mlock=bool(mlock),
        mmap=mmap is not False,
        rpc=tuple(one.strip() for one in rpc.split(",") if one.strip()),
        chat_template=setting("chat_template", chosen.chat_template),
        on_log=_tell if chosen.verbose else None,
        **more,
    )


def _tell(line: str) -> None:
    """A line of llama.cpp's log, which may quote the model's file."""
    print(clean(line), file=sys.stderr, flush=True)


def _layers(text: str) -> int | None:
    if text == "auto":
        return None
    if text in ("all", "-1"):
        return -1
    if not text.isdigit():
        raise UsageError(f"--gpu-layers {text} is not known", "auto, all, or a number of layers")
    return int(text)


def _proportions(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UsageError(
            f"--tensor-split {text} is no list of numbers", "such as --tensor-split 3,1"
        ) from None
