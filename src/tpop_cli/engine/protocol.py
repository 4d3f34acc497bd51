"""The interface of an engine, `Engine`, and the types in it.

The packages above depend on this module, not on llama.cpp. `llama_engine.LlamaEngine` implements
the interface, and so does the tests' fake engine.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..core.thoughts import ThoughtMarks
from ..settings import default

Message = Mapping[str, str]
"""One message of a chat: {"role": "system" | "user" | "assistant", "content": text}."""

Row = npt.NDArray[np.float32]
"""A vector for one token: logits, shape (n_vocab,), or a hidden state, shape (n_embd,)."""


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked for it
    """The stop flag ended the decoding.

    All sequences are as they were before the call, or gone if the model has a recurrent state.
    """


@dataclass(frozen=True)
class Sampling:
    """llama.cpp's sampling parameters, with its names and meanings. Temperature 0 is greedy."""

    temperature: float = default("temperature")
    top_k: int = default("top_k")
    top_p: float = default("top_p")
    min_p: float = default("min_p")
    repeat_penalty: float = default("repeat_penalty")
    repeat_last_n: int = 64


@dataclass(frozen=True)
class ModelInfo:
    """Identifies a loaded model.

    Args:
        name: the name in the file's header.
        path: the file.
        fingerprint: a hash of the file; see `gguf.fingerprint`.
    """

    name: str
    path: str
    fingerprint: str


class TokenSampler(Protocol):
    """Samples the tokens of one answer. Holds the random state and the repeat penalty's window."""

    def next(self, rows: Sequence[Row], weights: Sequence[float]) -> int:
        """Sample the next token.

        Args:
            rows: the logits of the arm's C contexts, shape (n_vocab,) each.
            weights: the weights of the contexts, which sum to one; length C.
        """

    def close(self) -> None:
        """Free llama.cpp's objects."""


class Engine(Protocol):
    """A loaded model and the sequences that share its KV cache.

    Attributes:
        info: identifies the model.
        n_ctx: cells of the KV cache.
        n_seq_max: the maximum number of sequences.
        n_embd: the length of a hidden state.
        has_state: whether the model has a recurrent state, which serves as a prefix whole only.
        stop: set it to interrupt a running call.
        thought_marks: how the model may mark its thoughts.
        thinks: whether its chat template knows of thoughts.
    """

    info: ModelInfo
    thought_marks: tuple[ThoughtMarks, ...]
    thinks: bool
    n_ctx: int
    n_seq_max: int
    n_embd: int
    has_state: bool
    stop: threading.Event

    def chat_tokens(self, messages: Sequence[Message]) -> list[int]:
        """The prompt of a chat, which the assistant's answer continues.

        What the messages contain is text: special tokens in it are not parsed.

        Raises:
            BadDataError: the chat template cannot render these messages.
            DecodeError: a message has a run of characters that is too long to be split.
        """

    def tokenize(self, text: str, *, add_special: bool) -> list[int]:
        """The tokens of a text.

        Args:
            text: any text; special tokens in it are not parsed.
            add_special: prepend the beginning-of-sequence token, if the model has one.
        """

    def markup(self, text: str) -> list[int]:
        """The tokens of a text in which texts of special tokens are those tokens."""

    def open_thought(self, prompt: Sequence[int]) -> ThoughtMarks | None:
        """The marks of the thought that a prompt begins, and leaves to the model to end."""

    def piece(self, token: int) -> bytes:
        """The bytes of a token: possibly part of a UTF-8 character.

        Empty for control tokens other than marks of thoughts.
        """

    def is_eog(self, token: int) -> bool:
        """Whether the token ends a generation."""

    def sampler(self, sampling: Sampling, seed: int, alpha: float) -> TokenSampler:
        """A sampler for one answer: steered scores first, then llama.cpp's samplers.

        Args:
            sampling, seed: of llama.cpp's samplers.
            alpha: the plausibility bound α of the steered score.
        """

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        """Prefill prompts, each shared prefix once.

        Args:
            prompts: their tokens.
            checkpoint: how many tokens of the first prompt the chat's next prompt begins with, too,
                whatever the answer is. A model with a recurrent state keeps a copy of it there.

        Returns:
            A sequence handle for each prompt.

        Raises:
            ContextFullError: the prompts do not fit.
            Interrupted: `stop` is set.
        """

    def warm(self, prefixes: Sequence[Sequence[int]]) -> None:
        """Evaluate how future prompts start, in this order, so that `open` can reuse it.

        What was kept before is dropped. Returns early if `stop` is set; the part that was evaluated
        remains useful.
        """

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        """Append one token to each of several sequences in one llama_decode.

        Args:
            tokens: (handle, token) each.

        Raises:
            ContextFullError: the KV cache is full.
            Interrupted: `stop` is set.
        """

    def extend(self, tokens: Sequence[tuple[int, Sequence[int]]]) -> None:
        """Append one token or more to each of several sequences, as `step` does with one."""

    def logits(self, handle: int) -> Row:
        """The logits after the last token of a sequence.

        They are valid until the next `step` or `extend` of the sequence.
        """

    def hidden(self, handle: int) -> Row:
        """The hidden state of a sequence's last token, (n_embd,), if the engine computes them."""

    def fork(self, handle: int) -> int:
        """A new sequence with the same tokens, sharing their KV cache, and the same logits.

        Raises:
            ContextFullError: there are `n_seq_max` sequences already.
        """

    def close_sequence(self, handle: int, *, keep: bool = False) -> None:
        """Give a sequence back. With `keep` the next `open` or `warm` can reuse its prefix."""

    def logprobs(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """log π(tokens[i] | tokens[:i]) for each i ≥ start ≥ 1; shape (len(tokens) - start,)."""

    def hidden_states(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """The hidden states of tokens[start:], as `hidden`; shape (len(tokens) - start, n_embd)."""

    @property
    def prefilled(self) -> int:
        """The number of tokens that `open` has evaluated so far. Reused prefixes do not count."""
