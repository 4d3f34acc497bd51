"""What the layers above need of an engine. The llama.cpp engine fulfils it, and so does the tests' fake."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..core.lexicon import Tilt
from ..settings import default

Message = Mapping[str, str]
"""One turn of a chat: {"role": "system" | "user" | "assistant", "content": text}."""

Row = npt.NDArray[np.float32]
"""Raw logits of one sequence's next token, shape (n_vocab,)."""


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """Decoding stopped because the stop flag was set. Sequences are as they were before the call."""


@dataclass(frozen=True)
class Sampling:
    """llama.cpp's sampling parameters, with its names and meanings. temperature 0 is greedy."""

    temperature: float = default("temperature")
    top_k: int = default("top_k")
    top_p: float = default("top_p")
    min_p: float = default("min_p")
    repeat_penalty: float = default("repeat_penalty")
    repeat_last_n: int = 64


@dataclass(frozen=True)
class ModelInfo:
    """What tells a loaded model from others: its name in the file, the file, and the file's fingerprint."""

    name: str
    path: str
    fingerprint: str


class TokenSampler(Protocol):
    """Draws one answer's tokens. Holds the random state and the window of the repeat penalty."""

    def next(self, rows: Sequence[Row], weights: Sequence[float], end: float = 0.0) -> int:
        """The next token.

        Args:
            rows, weights: the logits of the arm's C contexts and their weights, which sum to one.
            end: added to the score of tokens that end the answer.
        """

    def close(self) -> None:
        """Free what llama.cpp holds."""


class Engine(Protocol):
    """A loaded model with one KV cache that many sequences share."""

    info: ModelInfo
    n_ctx: int
    n_seq_max: int
    n_embd: int
    stop: threading.Event

    def chat_tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt of a chat, ready for the assistant's answer. Raises BadDataError if the template cannot."""

    def tokenize(self, text: str, *, add_special: bool) -> list[int]:
        """Tokens of a text in which special tokens may stand; `add_special` puts BOS before, if the model has one."""

    def piece(self, token: int) -> bytes:
        """The bytes of a token: possibly part of a UTF-8 character; empty for control tokens."""

    def is_eog(self, token: int) -> bool:
        """Whether the token ends a generation."""

    def sampler(self, sampling: Sampling, seed: int, tilt: Tilt = ()) -> TokenSampler:
        """A sampler with llama.cpp's chain behind the steered score, to which `tilt` is added."""

    def open(self, prompts: Sequence[Sequence[int]]) -> list[int]:
        """Prefill prompts that share what they can; returns a sequence handle for each.

        Raises ContextFullError if they do not fit, Interrupted if `stop` is set.
        """

    def warm(self, tokens: Sequence[int]) -> None:
        """Evaluate the start of a prompt to come, so that `open` need not. If `stop` is set it ends early."""

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        """One llama_decode: append to each (handle, token). Errors as `open`."""

    def logits(self, handle: int) -> Row:
        """The logits after the last token of a sequence; valid until the next `open` or `step`."""

    def hidden(self, handle: int) -> Row:
        """The hidden state after the last token of a sequence, (n_embd,); only if the engine gives them."""

    def fork(self, handle: int) -> int:
        """A new sequence with the same tokens, sharing their KV cache. Raises ContextFullError if none is free."""

    def close_sequence(self, handle: int, *, keep: bool = False) -> None:
        """Give a sequence back. With `keep` its KV cache stays until the next `open` has looked for a prefix."""

    def logprobs(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """log π(tokens[i] | tokens[:i]) for each i ≥ start ≥ 1, shape (len(tokens) - start,)."""

    def hidden_states(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """The hidden states of tokens[start:], shape (len(tokens) - start, n_embd); only as `hidden`."""

    @property
    def prefilled(self) -> int:
        """Tokens evaluated by `open` since the engine was loaded: what prefix reuse saves shows here."""
