"""An arm: one answer in the making, and the request that it is decoded from."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field

from ..core.text_parts import in_code_fence
from ..core.thoughts import THINK, Split, ThoughtMarks, split_thoughts
from ..engine.protocol import Engine, Sampling, TokenSampler


@dataclass(frozen=True)
class ArmRequest:
    """What one answer is decoded from.

    Args:
        prompts: C token prompts, one a context; the plain context first.
        weights: C weights of the steered score, which sum to one.
        sampling: llama.cpp's sampling parameters.
        seed: of the arm's own random generator.
        max_tokens: maximum tokens of the answer, without its thoughts.
        stops: texts that end an answer and are left out of it.
        strengths: (axis, s) pairs that prompts and weights come from, sorted.
        alpha: the plausibility bound α of the steered score; of no effect with one context.
        marks: how the model may mark thoughts.
        opened: the marks of the thought that the prompts begin; None if they begin none.
        think_tokens: maximum tokens of the thoughts, which are then closed; 0: they have none of
            their own, and count as part of the answer.
        checkpoint: how many tokens of the first prompt the chat's next prompt begins with; 0 if
            that is of no use to the engine.
    """

    prompts: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    sampling: Sampling
    seed: int
    max_tokens: int
    stops: tuple[str, ...] = ()
    strengths: tuple[tuple[str, float], ...] = ()
    alpha: float = 1.0
    marks: tuple[ThoughtMarks, ...] = (THINK,)
    opened: ThoughtMarks | None = None
    think_tokens: int = 0
    checkpoint: int = 0

    @property
    def longest(self) -> int:
        """The most tokens that are decoded: thoughts and answer."""
        return self.max_tokens + self.think_tokens


@dataclass
class Arm:
    """An answer in the making; it is finished once `finish_reason` is set.

    Args:
        request: what it is decoded from.
        text: the answer so far, with the thoughts of a reasoning model.
        tokens: its token ids.
        finish_reason: "stop" (the model ended the answer), "length" (`max_tokens` was reached),
            "interrupted" (Ctrl-C), "dropped" (the user picked the other arm first), or None
            while it is decoded.
        dropped: set to end the arm at the next step.
        n_thought: how many of the tokens are thoughts.
    """

    request: ArmRequest
    text: str = ""
    tokens: list[int] = field(default_factory=list)
    finish_reason: str | None = None
    dropped: bool = False
    n_thought: int = 0
    _behind: list[int] = field(default_factory=list, repr=False)  # known to the first context alone
    _forced: list[int] = field(default_factory=list, repr=False)  # tokens that are not sampled
    _n_closing: int = field(default=0, repr=False)  # forced tokens that closed the first thought
    _handles: list[int] = field(default_factory=list, repr=False)
    _sampler: TokenSampler | None = field(default=None, repr=False)
    _thinker: Arm | None = field(default=None, repr=False)  # whose thought this one waits for
    _thinking: bool = field(default=False, repr=False)  # whether the last token was a thought
    _held: str = field(default="", repr=False)  # may be the beginning of a stop text
    # Holds the bytes of a character that is not complete yet.
    _utf8: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"), repr=False
    )

    @property
    def strengths(self) -> dict[str, float]:
        """Axis name -> s, of the axes that steer this answer."""
        return dict(self.request.strengths)

    @property
    def _split(self) -> Split:
        request, done = self.request, self.finish_reason is not None
        return split_thoughts(self.text, request.marks, request.opened, done=done)

    @property
    def answer(self) -> str:
        """The text without the thoughts of a reasoning model."""
        return self._split.answer

    @property
    def thought(self) -> str:
        """The thoughts of a reasoning model, also where another arm thinks for this one, too."""
        return self._split.thought if self._thinker is None else self._thinker.thought

    @property
    def plain(self) -> bool:
        """Whether no style belongs to the next token: to a thought, or inside fenced code."""
        split = self._split
        return split.thinking or in_code_fence(split.answer)

    @property
    def thinks(self) -> bool:
        """Whether the answer has not begun, and a thought has, or may have."""
        return self._thinking

    @property
    def full(self) -> bool:
        """Whether the answer has all the tokens that it may have."""
        limit = self.request.think_tokens
        # What is thought beyond the limit, such as a second thought, counts as part of the answer.
        thought = min(self.n_thought, limit + self._n_closing) if limit else 0
        return len(self.tokens) - thought >= self.request.max_tokens

    @property
    def why_empty(self) -> str:
        """Why a finished arm has no answer; empty if it has one.

        >>> request = ArmRequest(((1,),), (1.0,), Sampling(), 0, 2)
        >>> Arm(request, "<think>Hm", [5, 6], "length").why_empty
        'the model used all 2 tokens for thinking; raise --max-tokens'
        """
        if self.answer.strip():
            return ""
        n = len(self.tokens)
        if self.finish_reason == "length":
            what = "thinking" if self.thought else "blanks"
            return f"the model used all {n} tokens for {what}; raise --max-tokens"
        if self.finish_reason == "stop":
            return "the model ended it after thinking" if self.thought else "the model ended it"
        return "it was stopped"

    def forced_token(self, engine: Engine) -> int | None:
        """The next token, if it is not sampled: those that close a thought of too many tokens."""
        limit = self.request.think_tokens
        if not self._forced and limit and self.n_thought >= limit:
            marks = self._split.open
            self._forced = engine.markup(marks.closing) if marks is not None else []
            self._n_closing = self._n_closing or len(self._forced)
        return self._forced.pop(0) if self._forced else None

    def append(self, token: int, piece: bytes) -> bool:
        """Add a token; returns whether it completed a stop text, which ends the answer.

        Bytes of an incomplete character, and text that may begin a stop text, are held back.
        """
        self.tokens.append(token)
        new = self._held + self._utf8.decode(piece)
        request, before = self.request, self._thinking
        split = split_thoughts(self.text + new, request.marks, request.opened, done=False)
        self._thinking = split.thinking
        self.n_thought += before or split.thinking  # the closing mark is part of the thought
        if split.thinking:
            self.text, self._held = self.text + new, ""  # what is thought ends no answer
            return False
        found = [at for at in (new.find(stop) for stop in self.request.stops) if at >= 0]
        if found:
            self.text, self._held = self.text + new[: min(found)], ""
            return True
        held = max((_overlap(new, stop) for stop in self.request.stops), default=0)
        self.text, self._held = self.text + new[: len(new) - held], new[len(new) - held :]
        return False

    def take_thought(self, other: Arm) -> None:
        """Begin with the thought of another arm, which has just ended it."""
        self.text, self.tokens, self.n_thought = other.text, other.tokens.copy(), other.n_thought
        self._held, self._forced = other._held, other._forced.copy()
        self._n_closing = other._n_closing

    def flush(self) -> None:
        """Release the text that was held back: the answer ends, so it begins no stop text."""
        self.text, self._held = self.text + self._held, ""


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of a text begin a stop text.

    >>> _overlap("one, tw", "two"), _overlap("one", "two")
    (2, 0)
    """
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if stop.startswith(text[-n:])), 0)
