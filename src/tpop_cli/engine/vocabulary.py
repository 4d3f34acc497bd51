"""Turns text into the tokens of a model's vocabulary, and tokens into text."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import llama_cpp.llama_cpp as llama

from ..errors import DecodeError
from .deep_stack import call_with_deep_stack, longest_run

_MARKUP = llama.LLAMA_TOKEN_ATTR_CONTROL | llama.LLAMA_TOKEN_ATTR_UNKNOWN
_USER_DEFINED, _RSTRIP = llama.LLAMA_TOKEN_ATTR_USER_DEFINED, llama.LLAMA_TOKEN_ATTR_RSTRIP
_NEVER = re.compile(r"(?!)")
_N_LAST = 16  # tokens: the longest mark of a thought, and the line break behind it


class Vocabulary:
    """The vocabulary of a loaded model.

    Args:
        model: a llama_model; the caller frees it, after `close`.
    """

    def __init__(self, model: object) -> None:
        self._pointer: Any = llama.llama_model_get_vocab(model)
        self._pieces: dict[int, bytes] = {}
        # The other tokenizers do not split a text with regular expressions.
        self._has_regex = llama.llama_vocab_type(self.pointer) == llama.LLAMA_VOCAB_TYPE_BPE
        self.n_tokens = int(llama.llama_vocab_n_tokens(self.pointer))
        self.adds_bos = bool(llama.llama_vocab_get_add_bos(self.pointer))
        self.bos = self._special_text(llama.llama_vocab_bos(self.pointer))
        self.eos = self._special_text(llama.llama_vocab_eos(self.pointer))

    @property
    def pointer(self) -> Any:
        """The llama_vocab. llama.cpp aborts the process if it is used after the model was freed."""
        if self._pointer is None:
            raise DecodeError("the model was closed")
        return self._pointer

    def close(self) -> None:
        """Make any further use an error."""
        self._pointer = None

    # -- text to tokens -----------------------------------------------------------------------

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool = True) -> list[int]:
        """The tokens of a text.

        Args:
            text: any text.
            add_special: add the tokens that the model wants at the beginning and at the end.
            parse_special: texts of special tokens become those tokens.

        Raises:
            DecodeError: the text has a run of characters that llama.cpp cannot split.
        """
        pointer, data = self.pointer, text.encode("utf-8", "replace")

        def call(tokens: object, size: int) -> int:
            arguments = (pointer, data, len(data), tokens, size, add_special, parse_special)
            return int(llama.llama_tokenize(*arguments))

        n, run = 16 + len(data), longest_run(text) if self._has_regex else 0
        while True:
            tokens = (llama.llama_token * n)()
            found = call_with_deep_stack(run, call, tokens, n)
            if found >= 0:
                return list(tokens[:found])
            n = -found

    @cached_property
    def special_texts(self) -> dict[str, int]:
        """The texts of the tokens that a chat template can use as markup -> token.

        llama.cpp parses user-defined tokens in any text. Most of them are words or tags that the
        model is meant to read as one token; those that look like <|this|> are markup.
        """
        pointer, texts = self.pointer, dict[str, int]()
        for token in range(self.n_tokens):
            kind = llama.llama_vocab_get_attr(pointer, token)
            if not kind & (_MARKUP | _USER_DEFINED):
                continue
            text = llama.llama_vocab_get_text(pointer, token).decode("utf-8", "replace")
            if text and (kind & _MARKUP or (text.startswith("<|") and text.endswith("|>"))):
                texts[text] = token
        return texts

    @cached_property
    def special_pattern(self) -> re.Pattern[str]:
        """Matches the text of a special token, the longest one that begins at a position."""
        texts = sorted(self.special_texts, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, texts))) if texts else _NEVER

    def plain_tokens(self, text: str) -> list[int]:
        """The tokens of a text in which the texts of special tokens are no more than text."""
        tokens: list[int] = []
        for part in self._without_user_defined(text):
            tokens += self.tokenize(part, add_special=False, parse_special=False)
        return tokens

    def _without_user_defined(self, text: str) -> list[str]:
        """A text cut inside of each user-defined token, so that llama.cpp does not find it."""
        parts, start = [], 0
        for match in self.special_pattern.finditer(text):
            kind = llama.llama_vocab_get_attr(self.pointer, self.special_texts[match.group()])
            if kind & _USER_DEFINED and not kind & _MARKUP:
                parts.append(text[start : match.start() + 1])
                start = match.start() + 1
        return [*parts, text[start:]]

    def strips_after(self, special_text: str) -> bool:
        """Whether llama.cpp removes whitespace after this special token, if it parses it."""
        token = self.special_texts[special_text]
        return bool(llama.llama_vocab_get_attr(self.pointer, token) & _RSTRIP)

    # -- tokens to text -----------------------------------------------------------------------

    def show(self, texts: Iterable[str]) -> None:
        """Let these special tokens be part of an output: `piece` is not empty for them."""
        for text in texts:
            token = self.special_texts.get(text)
            if token is not None:
                self._pieces[token] = self._text_of(token, special=True)

    def end_of(self, tokens: Sequence[int]) -> str:
        """The text of the last tokens of a prompt, special tokens included."""
        pieces = [self._text_of(token, special=True) for token in tokens[-_N_LAST:]]
        return b"".join(pieces).decode("utf-8", "replace")

    def piece(self, token: int) -> bytes:
        """The bytes of a token; empty for control tokens that are not shown."""
        cached = self._pieces.get(token)
        if cached is None:
            cached = self._pieces[token] = self._text_of(token, special=False)
        return cached

    def is_eog(self, token: int) -> bool:
        """Whether the token ends a generation."""
        return bool(llama.llama_vocab_is_eog(self.pointer, token))

    def _special_text(self, token: int) -> str:
        return self._text_of(token, special=True).decode("utf-8", "replace") if token >= 0 else ""

    def _text_of(self, token: int, *, special: bool) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            n = llama.llama_token_to_piece(self.pointer, token, buffer, size, 0, special)
            if n >= 0:
                return buffer.raw[:n]
            size = -n
