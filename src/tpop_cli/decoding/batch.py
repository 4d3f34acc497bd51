"""Arms that run together: all contexts of all arms make one step in one `llama_decode`.

An arm reads its own tokens in one or more contexts (the plain prompt, the prompt with a pole's
instruction), whose logits the sampler joins into one steered score. Arms end independently; the
others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..engine.protocol import Engine, Interrupted
from .arm import Arm, ArmRequest


class ArmBatch:
    """Starts arms and steps all that are running; more can be started while others run.

    Args:
        engine: computes the logits.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.running: list[Arm] = []
        self.steps = 0

    def start(self, requests: Sequence[ArmRequest], *, think_once: bool = False) -> list[Arm]:
        """Prefill the contexts of new arms. What their prompts share is evaluated once.

        Args:
            requests: one an arm.
            think_once: the arms have one plain prompt: the first one thinks, and the others go on
                behind its thought.

        Raises:
            ContextFullError, DecodeError, Interrupted: as `Engine.open`.
        """
        prompts = [prompt for request in requests for prompt in request.prompts]
        one_chat = len({request.prompts[0] for request in requests}) == 1
        checkpoint = requests[0].checkpoint if one_chat else 0
        handles = iter(self._engine.open(prompts, checkpoint))
        arms = [Arm(r, _handles=[next(handles) for _ in r.prompts]) for r in requests]
        for arm in arms:
            request = arm.request
            arm._sampler = self._engine.sampler(request.sampling, request.seed, request.alpha)
            arm._thinker = arms[0] if think_once and arm is not arms[0] else None
        self.running += arms
        return arms

    def step(self) -> None:
        """Sample one token for every running arm, then evaluate all of them in one batch.

        In thoughts and in code the plain context decides alone. The others catch up afterwards: a
        token of a larger batch costs less, and an answer that ends before then costs nothing more.
        """
        engine, pending = self._engine, list[tuple[int, Sequence[int]]]()
        forks: list[tuple[Arm, Arm]] = []
        for arm in list(self.running):
            if arm.dropped:
                self._finish(arm, "dropped")
                continue
            thinker = arm._thinker
            if thinker is not None:
                if thinker.finish_reason is None and (thinker.thinks or not thinker.tokens):
                    continue
                arm._thinker = None
                if thinker.finish_reason is None and thinker.n_thought:
                    arm.take_thought(thinker)
                    pending += [(handle, arm.tokens.copy()) for handle in arm._handles[1:]]
                    forks.append((arm, thinker))
                    continue
            assert arm._sampler is not None
            alone = bool(arm._behind) or (not arm.tokens and arm.plain)
            read = arm._handles[:1] if alone else arm._handles
            rows, weights = [engine.logits(h) for h in read], arm.request.weights[: len(read)]
            token = arm.forced_token(engine)
            if token is None:
                token = arm._sampler.next(rows, weights)
            if engine.is_eog(token) or arm.append(token, engine.piece(token)):
                self._finish(arm, "stop")
                continue
            if arm.full:
                self._finish(arm, "length")
                continue
            first, *others = arm._handles
            pending.append((first, [token]))
            if others:
                arm._behind.append(token)
                if not arm.plain:
                    pending += [(handle, arm._behind) for handle in others]
                    arm._behind = []
        if pending:
            engine.extend(pending)
            self.steps += 1
        for arm, thinker in forks:
            engine.close_sequence(arm._handles[0])
            arm._handles[0] = engine.fork(thinker._handles[0])

    def stop(self, reason: str) -> None:
        """End all running arms as they are."""
        for arm in list(self.running):
            self._finish(arm, reason)

    def _finish(self, arm: Arm, reason: str) -> None:
        arm.finish_reason = reason
        arm.flush()
        self.running.remove(arm)
        if arm._sampler is not None:
            arm._sampler.close()
            arm._sampler = None
        # The plain context is the first one, and the chat as history will hold it: its KV cache
        # serves the next turn.
        for i, handle in enumerate(arm._handles):
            self._engine.close_sequence(handle, keep=i == 0)
        arm._handles = []


@contextmanager
def stopping(batch: ArmBatch) -> Iterator[None]:
    """End all arms when the block ends, for whatever reason. An interrupt is not an error."""
    try:
        yield
    except Interrupted:
        pass
    finally:
        batch.stop("interrupted")
