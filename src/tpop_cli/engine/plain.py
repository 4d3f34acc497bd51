"""llama-cpp-python used the plain way, one answer after the other: what the speed bench compares with."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_cpp import Llama

from .loading import ALL_LAYERS, N_BATCH
from .protocol import Message, Sampling


@dataclass(frozen=True)
class PlainAnswer:
    """An answer, and what it took.

    Args:
        text: the answer.
        n_tokens: its tokens.
        seconds: from the call to the end.
    """

    text: str
    n_tokens: int
    seconds: float


class PlainLlama:
    """`Llama.create_chat_completion` with the settings of `LlamaEngine`: threads, context, batch, flash attention.

    Args:
        path: a GGUF file with a chat template.
        n_ctx: tokens of context.
        threads: how many to use.
        sampling: llama.cpp's parameters.
    """

    def __init__(
        self, path: Path, n_ctx: int, threads: int, sampling: Sampling = Sampling()
    ) -> None:
        self._llama = Llama(
            str(path),
            n_ctx=n_ctx,
            n_batch=N_BATCH,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=ALL_LAYERS,
            flash_attn=True,
            verbose=False,
        )
        self._settings: dict[str, Any] = {
            "temperature": sampling.temperature,
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "repeat_penalty": sampling.repeat_penalty,
        }

    def forget(self) -> None:
        """Empty the KV cache, so that the next prompt is prefilled from its start."""
        self._llama.reset()
        self._llama._ctx.kv_cache_clear()

    def answer(self, messages: Sequence[Message], max_tokens: int, seed: int) -> PlainAnswer:
        """One answer, whole. What the prompt shares with the one before is not evaluated again."""
        start = time.perf_counter()
        done: Any = self._llama.create_chat_completion(
            list(messages),
            max_tokens=max_tokens,
            seed=seed,
            **self._settings,
        )
        seconds = time.perf_counter() - start
        return PlainAnswer(
            done["choices"][0]["message"]["content"], done["usage"]["completion_tokens"], seconds
        )

    def close(self) -> None:
        """Free the model."""
        self._llama.close()
