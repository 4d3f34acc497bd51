"""An engine in memory: known logits, no llama.cpp. Every token is a word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from tpop_cli.core.scores import steered_scores
from tpop_cli.core.thoughts import THINK, ThoughtMarks
from tpop_cli.engine.protocol import Message, ModelInfo, Row, Sampling

WORDS = ["<end>", *(f"w{i}" for i in range(1, 20))]
Logits = Callable[[Sequence[int]], npt.NDArray[np.float64]]


def hashed_logits(tokens: Sequence[int]) -> npt.NDArray[np.float64]:
    """Different for every prefix, the same every time; the end comes within a few tokens."""
    rng = np.random.default_rng(list(tokens)[-8:])
    logits = rng.normal(0, 2, len(WORDS))
    logits[0] += 0.15 * (len(tokens) % 40) - 2
    return logits


class FakeSampler:
    """Draws from the steered softmax with its own generator; greedy at temperature 0."""

    def __init__(self, sampling: Sampling, seed: int, alpha: float) -> None:
        self._rng, self._sampling = np.random.default_rng(seed), sampling
        self._alpha = alpha
        self.closed = False

    def next(self, rows: Sequence[Row], weights: Sequence[float]) -> int:
        ids, scores = (
            steered_scores(rows, weights, self._alpha)
            if len(rows) > 1
            else (np.arange(len(rows[0])), rows[0])
        )
        if self._sampling.temperature == 0:
            return int(ids[np.argmax(scores)])
        p = np.exp((scores - scores.max()) / self._sampling.temperature)
        return int(self._rng.choice(ids, p=p / p.sum()))

    def close(self) -> None:
        self.closed = True


class FakeEngine:
    """See `engine.protocol.Engine`. `log` holds the size of every batch."""

    def __init__(
        self, logits: Logits = hashed_logits, n_ctx: int = 2048, n_seq_max: int = 16
    ) -> None:
        self.info = ModelInfo("fake", "fake.gguf", "fa4e")
        self.n_ctx, self.n_seq_max, self.n_embd = n_ctx, n_seq_max, 8
        self.thought_marks, self.thinks = (THINK,), False
        self.has_state = False
        self.stop = threading.Event()
        self.prefilled = 0
        self.log: list[int] = []
        self.open_now: dict[int, list[int]] = {}
        self._logits, self._next = logits, 0
        self._vocabulary: dict[str, int] = {}

    def chat_tokens(self, messages: Sequence[Message]) -> list[int]:
        words = [word for m in messages for word in (m["role"] + ": " + m["content"]).split()]
        return [100 + self._vocabulary.setdefault(word, len(self._vocabulary)) for word in words]

    def tokenize(self, text: str, *, add_special: bool) -> list[int]:
        return [WORDS.index(word) for word in text.split()]

    def markup(self, text: str) -> list[int]:
        return []

    def open_thought(self, prompt: Sequence[int]) -> ThoughtMarks | None:
        return None

    def piece(self, token: int) -> bytes:
        return (" " + WORDS[token]).encode()

    def is_eog(self, token: int) -> bool:
        return token == 0

    def sampler(self, sampling: Sampling, seed: int, alpha: float) -> FakeSampler:
        return FakeSampler(sampling, seed, alpha)

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        handles = []
        for prompt in prompts:
            self._next += 1
            self.open_now[self._next] = list(prompt)
            self.prefilled += len(prompt)
            handles.append(self._next)
        assert len(self.open_now) <= self.n_seq_max
        return handles

    def warm(self, prefixes: Sequence[Sequence[int]]) -> None:
        self.warmed = [list(tokens) for tokens in prefixes]

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        self.extend([(handle, [token]) for handle, token in tokens])

    def extend(self, tokens: Sequence[tuple[int, Sequence[int]]]) -> None:
        assert len({handle for handle, _ in tokens}) == len(tokens)
        self.log.append(sum(len(its_tokens) for _, its_tokens in tokens))
        for handle, its_tokens in tokens:
            self.open_now[handle] += its_tokens

    def logits(self, handle: int) -> Row:
        return self._logits(self.open_now[handle]).astype(np.float32)

    def hidden(self, handle: int) -> Row:
        return self._state(self.open_now[handle])

    @staticmethod
    def _state(tokens: Sequence[int]) -> Row:
        return np.random.default_rng(list(tokens)[-3:]).normal(size=8).astype(np.float32)

    def fork(self, handle: int) -> int:
        self._next += 1
        self.open_now[self._next] = list(self.open_now[handle])
        assert len(self.open_now) <= self.n_seq_max
        return self._next

    def hidden_states(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        return np.array(
            [self._state(tokens[: i + 1]) for i in range(start, len(tokens))], dtype=np.float64
        )

    def close_sequence(self, handle: int, *, keep: bool = False) -> None:
        del self.open_now[handle]

    def logprobs(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        rows = [self._logits(tokens[:i]) for i in range(start, len(tokens))]
        return np.array(
            [
                row[t] - np.log(np.exp(row).sum())
                for row, t in zip(rows, tokens[start:], strict=True)
            ]
        )
