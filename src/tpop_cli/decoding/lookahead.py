"""T-POP's decoding loop (arXiv 2509.24696): every candidate token is tried before one is taken.

The candidates of an arm are the k likeliest next tokens of both arms. Each is decoded in a fork of
the arm's sequence, all in one batch: a candidate costs one token, and all share one KV cache. The
hidden states that come back make the embeddings that the network rates. The fork of the token that
is taken continues the arm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from ..core.neural import (
    Matrix,
    Network,
    NeuralRules,
    Vector,
    exploit_choice,
    explore_choice,
    pooled,
    update_precision,
)
from ..core.scores import IntArray, apply_repeat_penalty, probabilities, top_k_union
from ..engine.protocol import Engine, Interrupted
from .arm import Arm, ArmRequest
from .decoder import ArmSteps


@dataclass
class LookAhead:
    """One or two arms in the making: the exploit arm first, then the explore arm.

    Args:
        engine: loaded with hidden states, and with `sequences_needed(rules)` sequences.
        network, V: the reward model of this moment.
        rules: the paper's settings.

    Attributes:
        arms: as `decoder.Decoder` yields them.
        embeddings: of each arm's response so far, (d,); zero while it is empty.
        V: updated with every chosen pair.
    """

    engine: Engine
    network: Network
    V: Vector
    rules: NeuralRules
    arms: list[Arm] = field(default_factory=list)
    embeddings: list[Vector] = field(default_factory=list)
    _handles: list[int] = field(default_factory=list)
    _sums: list[Vector] = field(default_factory=list)
    # The embedding of arm 1 with the token that it took last.
    _exploit: Vector = field(default_factory=lambda: np.zeros(0))

    def steps(self, request: ArmRequest, n_arms: int) -> ArmSteps:
        """Decode to the end, to a stop text, or to the stop flag.

        Args:
            request: its first prompt, its limits and its repeat penalty hold for all arms. The
                other sampling parameters and the seed do not: the best token is taken.
            n_arms: 1 (the exploit arm alone) or 2.

        Yields:
            All arms after every step; finished ones at last.

        Raises:
            ContextFullError, DecodeError: as `Engine.open`.
        """
        try:
            self._handles = self.engine.open([request.prompts[0]] * n_arms, request.checkpoint)
            self.arms = [Arm(request) for _ in range(n_arms)]
            self._sums = [np.zeros(self.engine.n_embd) for _ in range(n_arms)]
            self.embeddings = [np.zeros(self.engine.n_embd) for _ in range(n_arms)]
            while self._running():
                self._step()
                yield self.arms
            return
        except Interrupted:
            pass
        finally:
            for i in self._running():
                self._finish(i, "interrupted")
        if self.arms:
            yield self.arms

    def _running(self) -> list[int]:
        return [i for i, arm in enumerate(self.arms) if arm.finish_reason is None]

    def _step(self) -> None:
        """One token for every running arm."""
        # 1. The candidates: the union of the k likeliest tokens of both arms.
        running = self._running()
        rows = {i: self._logits(i) for i in running}
        tokens = top_k_union(rows.values(), self.rules.k)
        # 2. One batch decodes every candidate of every arm in a fork of its own.
        forks = self._try(running, tokens.tolist())
        taken: list[int] = []
        try:
            # 3. Each arm takes its best candidate; arm 2 is rated against what arm 1 took.
            chosen: dict[int, tuple[int, Matrix]] = {}
            for i in running:
                n, H = self._choose(i, rows[i], tokens, forks[i])
                chosen[i] = n, H
                if i == 0:
                    self._exploit = H[n]
            # 4. The fork of the token that was taken continues the arm.
            for i, (n, H) in chosen.items():
                token, arm = int(tokens[n]), self.arms[i]
                if self.engine.is_eog(token):
                    self._finish(i, "stop")
                    continue
                self._sums[i] += self.engine.hidden(forks[i][n])
                self.embeddings[i] = H[n]
                self.engine.close_sequence(self._handles[i])
                self._handles[i] = forks[i][n]
                taken.append(forks[i][n])
                if arm.append(token, self.engine.piece(token)):
                    self._finish(i, "stop")
            # 5. V ← V + Δ∇r·Δ∇rᵀ of the chosen pair.
            if len(chosen) == 2:
                first, second = (H[n] for n, H in chosen.values())
                self.V = update_precision(self.V, self.network, first, second)
        finally:
            self._close(forks, but=taken)
        for i in self._running():
            if self.arms[i].full:
                self._finish(i, "length")

    def _logits(self, i: int) -> Vector:
        arm = self.arms[i]
        sampling = arm.request.sampling
        recent = arm.tokens[-sampling.repeat_last_n :] if sampling.repeat_last_n else []
        logits = self.engine.logits(self._handles[i])
        return apply_repeat_penalty(logits, recent, sampling.repeat_penalty)

    def _try(self, running: Sequence[int], tokens: Sequence[int]) -> dict[int, list[int]]:
        """Decode every candidate of every running arm in a fork of its own, in one batch."""
        forks: dict[int, list[int]] = {i: [] for i in running}
        try:
            for i in running:
                for _ in tokens:
                    forks[i].append(self.engine.fork(self._handles[i]))
            pairs = [(fork, t) for i in running for fork, t in zip(forks[i], tokens, strict=True)]
            self.engine.step(pairs)
        except BaseException:
            self._close(forks)
            raise
        return forks

    def _close(self, forks: Mapping[int, Sequence[int]], but: Collection[int] = ()) -> None:
        for fork in chain.from_iterable(forks.values()):
            if fork not in but:
                self.engine.close_sequence(fork)

    def _choose(
        self, i: int, row: Vector, tokens: IntArray, forks: Sequence[int]
    ) -> tuple[int, Matrix]:
        """Which candidate arm i takes, and the embeddings of all of them, (n, d)."""
        states = np.array([self.engine.hidden(fork) for fork in forks], dtype=np.float64)
        H = pooled(self._sums[i] + states)
        p = probabilities(row, tokens)
        if i == 0:
            return exploit_choice(p, H, self.network, self.rules), H
        return explore_choice(p, H, self._exploit, self.network, self.V, self.rules), H

    def _finish(self, i: int, reason: str) -> None:
        self.arms[i].finish_reason = reason
        self.arms[i].flush()
        self.engine.close_sequence(self._handles[i], keep=True)


def sequences_needed(rules: NeuralRules) -> int:
    """Sequences of a look-ahead: two arms, the candidates of both for each, and the prompt."""
    return 4 * rules.k + 4


def embed(engine: Engine, prompt: Sequence[int], response: Sequence[int]) -> Vector:
    """The embedding of a finished response, (d,), in one forward pass.

    Equals what `LookAhead` sums up step by step.
    """
    return pooled(engine.hidden_states([*prompt, *response], len(prompt)).sum(axis=0))
