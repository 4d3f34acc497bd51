"""From requests to answers: the arms of one turn step by step, or the answers to many prompts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import Protocol

from ..engine.protocol import Engine
from ..errors import ContextFullError
from .arm import Arm, ArmRequest
from .batch import ArmBatch, stopping

ArmSteps = Generator[list[Arm], None, None]
"""Yields the arms of a turn after every step. Closing it ends them where they are."""

OnStep = Callable[[Sequence[Arm]], None]
"""Called with all arms after every step."""


class Decoder(Protocol):
    """Decodes answers. `BatchDecoder` computes them; the bench has one that remembers them."""

    def steps(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        """Decode arms that share a prompt, to their ends or until the engine's stop flag is set.

        Yields:
            The arms, in the order of `requests`, after every step; finished ones at last. Nothing
            if the stop flag was set before all prompts were evaluated.

        Raises:
            ContextFullError: not even one of the arms fits.
        """

    def many(self, groups: Iterator[Sequence[ArmRequest]]) -> Iterator[tuple[int, list[Arm]]]:
        """Decode many groups of arms, as many at a time as the context holds.

        Args:
            groups: each group's arms share a prompt. A group is taken when there is room for it.

        Yields:
            (index of the group, its finished arms), as they finish; nothing more after the stop
            flag was set.
        """


class BatchDecoder:
    """A `Decoder` in which all that is decoded at a time shares one batch.

    Args:
        engine: computes the logits.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def steps(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        """See `Decoder.steps`. Arms that do not fit together are decoded one after the other."""
        try:
            yield from self._together(requests)
            return
        except ContextFullError:
            if len(requests) == 1:
                raise
        arms = [Arm(request) for request in requests]
        for i, request in enumerate(requests):
            began = False
            for (arm,) in self._together([request]):
                arms[i], began = arm, True
                yield list(arms)
            if not began or arms[i].finish_reason == "interrupted":
                yield arms[: i + began]
                return

    def _together(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        batch, arms = ArmBatch(self._engine), list[Arm]()
        with stopping(batch):
            arms = batch.start(requests, think_once=_think_alike(requests))
            while batch.running:
                batch.step()
                yield arms
            return
        if arms:  # interrupted: show how they ended
            yield arms

    def many(self, groups: Iterator[Sequence[ArmRequest]]) -> Iterator[tuple[int, list[Arm]]]:
        """See `Decoder.many`."""
        batch = ArmBatch(self._engine)
        live: dict[int, list[Arm]] = {}
        queue = enumerate(groups)
        waiting = next(queue, None)
        with stopping(batch):
            while live or waiting:
                # Start all that fits at once: one large prefill is quicker than many small ones.
                starting: list[tuple[int, Sequence[ArmRequest]]] = []
                requests = [arm.request for arm in batch.running]
                while waiting and self._fits(requests, waiting[1]):
                    starting.append(waiting)
                    requests += waiting[1]
                    waiting = next(queue, None)
                new = [request for _, group in starting for request in group]
                arms = iter(batch.start(new) if new else [])
                live |= {index: [next(arms) for _ in group] for index, group in starting}
                batch.step()
                for index in [i for i, arms in live.items() if all(a.finish_reason for a in arms)]:
                    yield index, live.pop(index)

    def _fits(self, running: Sequence[ArmRequest], group: Sequence[ArmRequest]) -> bool:
        """Whether there are sequences and cells for a group even if every answer is a long one."""
        if not running:
            return True  # it never fits better than alone; if it does not, the engine says so
        requests = [*running, *group]
        sequences = sum(len(request.prompts) for request in requests)
        cells = sum(len(p) + request.longest for request in requests for p in request.prompts)
        return sequences + 2 <= self._engine.n_seq_max and cells <= self._engine.n_ctx


def _think_alike(requests: Sequence[ArmRequest]) -> bool:
    """Whether arms would think from one prompt: no style steers a thought, so one serves all."""
    return len({request.prompts[0] for request in requests}) == 1 and all(
        request.think_tokens for request in requests
    )


def run_to_end(steps: ArmSteps, on_step: OnStep | None = None) -> list[Arm]:
    """Decode to the end.

    Args:
        steps: of a `Decoder`.
        on_step: called with all arms after every step. If it raises, the arms are ended.

    Returns:
        The finished arms; without those whose prompt was not evaluated before the stop.
    """
    arms: list[Arm] = []
    with closing(steps):
        for arms in steps:
            if on_step:
                on_step(arms)
    return arms
