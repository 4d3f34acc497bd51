"""The engine with a stopwatch."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..core.lexicon import Tilt
from ..engine.llama import LlamaEngine
from ..engine.protocol import Row, Sampling, TokenSampler


class _TimedSampler:
    """A sampler that adds up what its tokens take."""

    def __init__(self, inner: TokenSampler, engine: TimedEngine) -> None:
        self._inner, self._engine = inner, engine

    def next(self, rows: Sequence[Row], weights: Sequence[float], end: float = 0.0) -> int:
        start = time.perf_counter()
        token = self._inner.next(rows, weights, end)
        self._engine.sampler_seconds += time.perf_counter() - start
        return token

    def close(self) -> None:
        self._inner.close()


class TimedEngine(LlamaEngine):
    """The engine, with the seconds that sampling takes."""

    sampler_seconds = 0.0

    def sampler(self, sampling: Sampling, seed: int, tilt: Tilt = ()) -> TokenSampler:  # type: ignore[override]
        """See `protocol.Engine.sampler`."""
        return _TimedSampler(super().sampler(sampling, seed, tilt), self)

    def forget(self) -> None:
        """Drop what is cached, so that the next prompt is prefilled from its start."""
        self.warm(self.tokenize("?", add_special=False))
