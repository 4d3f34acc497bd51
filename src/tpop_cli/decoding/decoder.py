"""The decoding loop: all arms, and all contexts of each, step together in one batch.

An arm is one answer in the making. It reads its own tokens in one or more contexts (the plain prompt, the
prompt with a pole's instruction), whose logits the sampler joins into one steered score. Arms end
independently; what is left of the batch goes on.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..core.lexicon import Tilt, end_tilt
from ..engine.protocol import Engine, Interrupted, Sampling, TokenSampler
from ..errors import ContextFullError
from .thinking import split_thinking

OnStep = Callable[[Sequence["Arm"]], None]
"""Called with all arms after every step, to show them."""


@dataclass(frozen=True)
class ArmRequest:
    """What one answer is decoded from.

    Args:
        prompts: C token prompts, one a context.
        weights: C weights of the steered score, which sum to one.
        sampling: llama.cpp's sampling parameters.
        seed: of the arm's own random generator.
        max_tokens: where the answer is cut.
        tilt: what is added to the scores of word classes.
        stops: texts that end an answer, and are left out of it.
    """

    prompts: tuple[tuple[int, ...], ...]
    weights: tuple[float, ...]
    sampling: Sampling
    seed: int
    max_tokens: int
    tilt: Tilt = ()
    stops: tuple[str, ...] = ()


@dataclass
class Arm:
    """An answer in the making, or done once `finish_reason` is set.

    finish_reason: "stop" (the model ended), "length" (max_tokens), "interrupted" (Ctrl-C), "dropped" (the user picked
    the other one before it was done), None (going on). An arm that is set to be dropped ends at the next step.
    """

    request: ArmRequest
    text: str = ""
    tokens: list[int] = field(default_factory=list)
    finish_reason: str | None = None
    dropped: bool = False
    _handles: list[int] = field(default_factory=list, repr=False)
    _sampler: TokenSampler | None = field(default=None, repr=False)
    _held: str = field(
        default="", repr=False
    )  # what may turn out to be the beginning of a stop text
    # Bytes of a character that is not whole yet wait in here.
    _utf8: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace"), repr=False
    )

    @property
    def answer(self) -> str:
        """The text without what a reasoning model thought aloud before it."""
        return split_thinking(self.text, done=self.finish_reason is not None)[1]

    @property
    def thought(self) -> str:
        """What a reasoning model thought aloud."""
        return split_thinking(self.text, done=self.finish_reason is not None)[0]

    def append(self, token: int, piece: bytes) -> bool:
        """Add a token; whether it completed a stop text, which ends the answer.

        Bytes of a character that is not whole yet, and what may be the beginning of a stop text, are held back.
        """
        self.tokens.append(token)
        new = self._held + self._utf8.decode(piece)
        found = [at for at in (new.find(stop) for stop in self.request.stops) if at >= 0]
        if found:
            self.text, self._held = self.text + new[: min(found)], ""
            return True
        held = max((_overlap(new, stop) for stop in self.request.stops), default=0)
        self.text, self._held = self.text + new[: len(new) - held], new[len(new) - held :]
        return False

    def flush(self) -> None:
        """Give out what was held back: the answer ends, and it was no stop text."""
        self.text, self._held = self.text + self._held, ""


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of a text are the beginning of a stop text.

    >>> _overlap("one, tw", "two"), _overlap("one", "two")
    (2, 0)
    """
    return next(
        (n for n in range(min(len(text), len(stop) - 1), 0, -1) if stop.startswith(text[-n:])), 0
    )


class Decoder:
    """Starts arms and steps all that are running; more may be started while others run.

    Args:
        engine: where the logits come from.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.running: list[Arm] = []
        self.steps = 0

    def start(self, plans: Sequence[ArmRequest]) -> list[Arm]:
        """Prefill the contexts of arms, best of arms whose prompts start alike. Errors as `Engine.open`."""
        handles = iter(self._engine.open([prompt for plan in plans for prompt in plan.prompts]))
        arms = [Arm(plan, _handles=[next(handles) for _ in plan.prompts]) for plan in plans]
        for arm in arms:
            arm._sampler = self._engine.sampler(
                arm.request.sampling, arm.request.seed, arm.request.tilt
            )
        self.running += arms
        return arms

    def step(self) -> None:
        """One token for every running arm: sample from the logits at hand, then one llama_decode for all."""
        engine, pending = self._engine, list[tuple[int, int]]()
        for arm in list(self.running):
            if arm.dropped:
                self._finish(arm, "dropped")
                continue
            assert arm._sampler is not None
            rows = [engine.logits(h) for h in arm._handles]
            token = arm._sampler.next(
                rows, arm.request.weights, end_tilt(arm.text, arm.request.tilt)
            )
            if engine.is_eog(token):
                self._finish(arm, "stop")
                continue
            if arm.append(token, engine.piece(token)):
                self._finish(arm, "stop")
                continue
            if len(arm.tokens) >= arm.request.max_tokens:
                self._finish(arm, "length")
                continue
            pending += [(handle, token) for handle in arm._handles]
        if pending:
            engine.step(pending)
            self.steps += 1

    def stop(self, reason: str) -> None:
        """End all running arms where they are."""
        for arm in list(self.running):
            self._finish(arm, reason)

    def _finish(self, arm: Arm, reason: str) -> None:
        arm.finish_reason = reason
        arm.flush()
        self.running.remove(arm)
        if arm._sampler is not None:
            arm._sampler.close()
            arm._sampler = None
        # A plain context is the chat as history will show it, so its KV cache serves the next turn.
        plain_first = arm.request.prompts.index(min(arm.request.prompts, key=len))
        for i, handle in enumerate(arm._handles):
            self._engine.close_sequence(handle, keep=i == plain_first)
        arm._handles = []


@contextmanager
def stopping(decoder: Decoder) -> Iterator[None]:
    """Leave no arm running behind, whatever ends the block; an interrupt is not an error."""
    try:
        yield
    except Interrupted:
        pass
    finally:
        decoder.stop("interrupted")


def decode(engine: Engine, plans: Sequence[ArmRequest], on_step: OnStep | None = None) -> list[Arm]:
    """Decode arms that share a prompt, to the end or to the stop flag: together, or one by one where memory is short.

    Args:
        engine: where the logits come from.
        plans: one an arm.
        on_step: called with all arms after every step, to show them.

    Returns:
        The finished arms, in the order of `plans`. Without those whose prefill was interrupted.
    """
    try:
        return _together(engine, plans, on_step)
    except ContextFullError:
        if len(plans) == 1:
            raise
    shown = [Arm(plan) for plan in plans]
    for i, plan in enumerate(plans):

        def show(arms: Sequence[Arm], i: int = i) -> None:
            shown[i : i + 1] = arms
            if on_step:
                on_step(shown)

        arms = _together(engine, [plan], show)
        if not arms or arms[0].finish_reason == "interrupted":
            return [*shown[:i], *arms]
    return shown


def _together(engine: Engine, plans: Sequence[ArmRequest], on_step: OnStep | None) -> list[Arm]:
    decoder, arms = Decoder(engine), list[Arm]()
    with stopping(decoder):
        arms = decoder.start(plans)
        while decoder.running:
            decoder.step()
            if on_step:
                on_step(arms)
    return arms


def decode_many(
    engine: Engine, groups: Iterator[Sequence[ArmRequest]]
) -> Iterator[tuple[int, list[Arm]]]:
    """Decode many groups of arms, as many at a time as the context holds.

    Args:
        engine: where the logits come from.
        groups: each group's arms share a prompt. Taken from only as there is room.

    Yields:
        (index of the group, its finished arms), as they finish. After an interrupt, no more.
    """
    decoder = Decoder(engine)
    live: dict[int, list[Arm]] = {}
    queue = enumerate(groups)
    waiting = next(queue, None)
    with stopping(decoder):
        while live or waiting:
            # All that there is room for at once: one large prefill is quicker than many small ones.
            starting: list[tuple[int, Sequence[ArmRequest]]] = []
            plans = [arm.request for arm in decoder.running]
            while waiting and _fits(engine, plans, waiting[1]):
                starting.append(waiting)
                plans += waiting[1]
                waiting = next(queue, None)
            arms = iter(
                decoder.start([plan for _, group in starting for plan in group]) if starting else []
            )
            live |= {index: [next(arms) for _ in group] for index, group in starting}
            decoder.step()
            for index in [i for i, arms in live.items() if all(arm.finish_reason for arm in arms)]:
                yield index, live.pop(index)


def _fits(engine: Engine, running: Sequence[ArmRequest], group: Sequence[ArmRequest]) -> bool:
    """Whether a group can start: there are sequences and cells for it even if every answer is a long one."""
    if not running:
        return True  # it will never fit better than alone; the engine says if it does not
    plans = [*running, *group]
    sequences = sum(len(plan.prompts) for plan in plans)
    cells = sum(len(prompt) + plan.max_tokens for plan in plans for prompt in plan.prompts)
    return sequences + 2 <= engine.n_seq_max and cells <= engine.n_ctx
