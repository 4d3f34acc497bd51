"""The llama.cpp implementation of `protocol.Engine`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import llama_cpp.llama_cpp as llama
import numpy as np
import numpy.typing as npt

from ..core.thoughts import ThoughtMarks, marks_of
from ..errors import DecodeError
from .abort_guard import backend_aborted
from .chat_prompt import chat_tokens
from .chat_template import RawTemplate, choose_template
from .gguf import fingerprint
from .llama_log import listen
from .load_options import LoadOptions, context_size
from .loading import call_function, has_recurrent_state, load_model, make_context
from .model_kinds import check_chat_model
from .protocol import Message, ModelInfo, Row, Sampling
from .sampler import SteeredSampler
from .sequences import Sequences
from .thread_count import threads_by_load
from .vocabulary import Vocabulary
from .whole_model import read_model


class LlamaEngine:
    """A GGUF model loaded by llama.cpp. Free it with `close`, or use it in a `with` statement.

    Args:
        path: a GGUF file.
        options: how to load it.

    Attributes:
        ignored: why `options.thinking` has no effect; empty if it has.

    Raises:
        NoInputError: the file does not exist or cannot be read.
        BadDataError: the file cannot be loaded.
        UsageError: impossible options, or neither the model nor the options have a chat template.
        UnavailableError: an RPC server does not answer.
    """

    def __init__(self, path: Path, options: LoadOptions = LoadOptions()) -> None:
        header = read_model(path)
        check_chat_model(header)
        n_ctx, self._call = context_size(options.n_ctx, header), call_function(options)
        threads = threads_by_load(options)  # from now on it sees what else the machine does
        listen(options.on_log)
        llama.llama_backend_init()
        self._model = self._ctx = None
        self._sequences: Sequences | None = None
        try:
            self._model = load_model(path, header, options)
            self._vocabulary = Vocabulary(self._model)
            self.n_vocab = self._vocabulary.n_tokens
            source = llama.llama_model_chat_template(self._model, None)
            self._template = choose_template(
                options.chat_template,
                source.decode("utf-8", "replace") if source else None,
                self._vocabulary.bos,
                self._vocabulary.eos,
                options.thinking,
            )
            self.ignored = self._template.ignored
            self._set_thought_marks(source.decode("utf-8", "replace") if source else "")
            self.has_state = has_recurrent_state(self._model)
            self.n_ctx, self.n_seq_max = n_ctx, options.sequences(self.has_state)
            self.n_embd = int(llama.llama_model_n_embd(self._model))
            self._ctx = make_context(self._model, n_ctx, self.n_seq_max, options)
            self.stop = threading.Event()
            self._sequences = Sequences(
                self._ctx,
                model=path.name,
                n_vocab=self.n_vocab,
                n_ctx=n_ctx,
                # llama.cpp may have lowered it, and aborts on a larger batch
                n_batch=int(llama.llama_n_batch(self._ctx)),
                n_seq_max=self.n_seq_max,
                stop=self.stop,
                n_embd=self.n_embd if options.hidden_states else 0,
                n_window=int(llama.llama_model_n_swa(self._model)),
                has_state=self.has_state,
                call=self._call,
                n_threads=threads,
            )
        except BaseException:
            self.close()
            raise
        self.info = ModelInfo(name=header.name, path=str(path), fingerprint=fingerprint(path))

    def __enter__(self) -> LlamaEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the context, then the model. After an abort in llama.cpp nothing can be freed."""
        if backend_aborted():
            return
        if self._sequences is not None:
            self._sequences.close()
            self._sequences = None
        if self._ctx is not None:
            self._call(llama.llama_free, self._ctx)
            self._ctx = None
        if self._model is not None:
            self._vocabulary.close()
            self._call(llama.llama_model_free, self._model)
            self._model = None

    # -- text and tokens ----------------------------------------------------------------------

    def chat_tokens(self, messages: Sequence[Message]) -> list[int]:
        """See `protocol.Engine.chat_tokens`."""
        return chat_tokens(self._vocabulary, self._template, messages)

    def tokenize(self, text: str, *, add_special: bool) -> list[int]:
        """See `protocol.Engine.tokenize`."""
        return self._vocabulary.tokenize(text, add_special=add_special, parse_special=False)

    def markup(self, text: str) -> list[int]:
        """See `protocol.Engine.markup`."""
        return self._vocabulary.tokenize(text, add_special=False)

    def open_thought(self, prompt: Sequence[int]) -> ThoughtMarks | None:
        """See `protocol.Engine.open_thought`. A prompt without a template is the user's text."""
        if isinstance(self._template, RawTemplate):
            return None
        end = self._vocabulary.end_of(prompt).rstrip()
        return next((m for m in self.thought_marks if end.endswith(m.opening.rstrip())), None)

    def _set_thought_marks(self, template: str) -> None:
        special = frozenset(self._vocabulary.special_texts)
        self.thought_marks = marks_of(template, special)
        self.thinks = any(marks.opening.strip() in template for marks in self.thought_marks)
        self._vocabulary.show(text for marks in self.thought_marks for text in marks.markup)

    def piece(self, token: int) -> bytes:
        """See `protocol.Engine.piece`."""
        return self._vocabulary.piece(token)

    def is_eog(self, token: int) -> bool:
        """See `protocol.Engine.is_eog`."""
        return self._vocabulary.is_eog(token)

    # -- sampling -----------------------------------------------------------------------------

    def sampler(self, sampling: Sampling, seed: int, alpha: float) -> SteeredSampler:
        """See `protocol.Engine.sampler`."""
        return SteeredSampler(sampling, seed, self.n_vocab, alpha)

    # -- sequences ----------------------------------------------------------------------------

    @property
    def _seqs(self) -> Sequences:
        if self._sequences is None:
            raise DecodeError("the model is closed")
        return self._sequences

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        """See `protocol.Engine.open`."""
        return self._seqs.open(prompts, checkpoint)

    def warm(self, prefixes: Sequence[Sequence[int]]) -> None:
        """See `protocol.Engine.warm`."""
        self._seqs.warm(prefixes)

    def step(self, tokens: Sequence[tuple[int, int]]) -> None:
        """See `protocol.Engine.step`."""
        self._seqs.extend([(handle, [token]) for handle, token in tokens])

    def extend(self, tokens: Sequence[tuple[int, Sequence[int]]]) -> None:
        """See `protocol.Engine.extend`."""
        self._seqs.extend(tokens)

    def logits(self, handle: int) -> Row:
        """See `protocol.Engine.logits`."""
        return self._seqs.logits(handle)

    def hidden(self, handle: int) -> Row:
        """See `protocol.Engine.hidden`."""
        return self._seqs.hidden(handle)

    def fork(self, handle: int) -> int:
        """See `protocol.Engine.fork`."""
        return self._seqs.fork(handle)

    def close_sequence(self, handle: int, *, keep: bool = False) -> None:
        """See `protocol.Engine.close_sequence`."""
        self._seqs.close_sequence(handle, keep=keep)

    def logprobs(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """See `protocol.Engine.logprobs`."""
        return self._seqs.logprobs(tokens, start)

    def hidden_states(self, tokens: Sequence[int], start: int) -> npt.NDArray[np.float64]:
        """See `protocol.Engine.hidden_states`."""
        return self._seqs.hidden_states(tokens, start)

    @property
    def prefilled(self) -> int:
        """See `protocol.Engine.prefilled`."""
        return self._seqs.prefilled

    @property
    def decode_seconds(self) -> float:
        """Seconds spent in llama_decode so far."""
        return self._seqs.decode_seconds
