"""llama-cpp-python used without tpop: the baseline of the speed benchmark."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llama_cpp import Llama

from .load_options import ALL_LAYERS, N_BATCH
from .protocol import Message, Sampling


@dataclass(frozen=True)
class PlainAnswer:
    """An answer and its cost.

    Args:
        text: the answer.
        n_tokens: its length in tokens.
        seconds: the duration of the whole call.
    """

    text: str
    n_tokens: int
    seconds: float


class PlainLlama:
    """`Llama.create_chat_completion` with the same settings as `LlamaEngine`.

    Threads, context, batch size and flash attention are the same. Answers are generated one by one.

    Args:
        path: a GGUF file with a chat template.
        n_ctx: context size in tokens.
        threads: number of threads.
        sampling: llama.cpp's sampling parameters.
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
        """Empty the KV cache, so that the next prompt is prefilled from its first token."""
        self._llama.reset()
        self._llama._ctx.kv_cache_clear()

    def answer(self, messages: Sequence[Message], max_tokens: int, seed: int) -> PlainAnswer:
        """Generate one answer. A prefix shared with the previous prompt is not evaluated again."""
        start = time.perf_counter()
        completion: Any = self._llama.create_chat_completion(
            list(messages),
            max_tokens=max_tokens,
            seed=seed,
            **self._settings,
        )
        seconds = time.perf_counter() - start
        return PlainAnswer(
            completion["choices"][0]["message"]["content"],
            completion["usage"]["completion_tokens"],
            seconds,
        )

    def close(self) -> None:
        """Free the model."""
        self._llama.close()
