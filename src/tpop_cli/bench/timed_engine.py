"""An engine that measures how long sampling takes."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..engine.llama_engine import LlamaEngine
from ..engine.protocol import Row, Sampling, TokenSampler


class _TimedSampler:
    """A sampler that adds the time of every draw to its engine's total."""

    def __init__(self, inner: TokenSampler, engine: TimedEngine) -> None:
        self._inner, self._engine = inner, engine

    def next(self, rows: Sequence[Row], weights: Sequence[float]) -> int:
        start = time.perf_counter()
        token = self._inner.next(rows, weights)
        self._engine.sampler_seconds += time.perf_counter() - start
        return token

    def close(self) -> None:
        self._inner.close()


class TimedEngine(LlamaEngine):
    """A `LlamaEngine` that adds up the seconds spent in its samplers."""

    sampler_seconds = 0.0

    def sampler(self, sampling: Sampling, seed: int, alpha: float) -> TokenSampler:  # type: ignore[override]
        """See `protocol.Engine.sampler`."""
        return _TimedSampler(super().sampler(sampling, seed, alpha), self)

    def forget(self) -> None:
        """Drop the KV cache, so that the next prompt is prefilled from its start."""
        self.warm([self.tokenize("?", add_special=False)])
