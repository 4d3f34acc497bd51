"""T-POP's decoding loop (arXiv 2509.24696): every candidate token is tried for one step before one is taken.

The candidates of an arm are the k likeliest next tokens of both arms. Each is decoded in a fork of the arm's
sequence, all in one batch: a candidate costs one token, and all of them share one KV cache. The hidden states that
come back make the embeddings that the network rates. The fork of the token that is taken goes on as the arm.
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
from ..engine.protocol import Engine, Interrupted, Sampling
from .decoder import Arm, ArmRequest, OnStep


@dataclass
class LookAhead:
    """One or two arms in the making: the exploit arm first, then the explore arm.

    Args:
        engine: loaded with hidden states, and with 4k + 4 sequences.
        network, V: the reward model of this moment.
        rules: the paper's settings.
        sampling: of it the repeat penalty; the rest has no place where the best token is taken.

    Attributes:
        arms: as `decode.decode` has them.
        embeddings: of each arm's response so far, (d,); zero while it is empty.
        V: grown by every chosen pair.
    """

    engine: Engine
    network: Network
    V: Vector
    rules: NeuralRules
    sampling: Sampling = Sampling()
    arms: list[Arm] = field(default_factory=list)
    embeddings: list[Vector] = field(default_factory=list)
    _handles: list[int] = field(default_factory=list)
    _sums: list[Vector] = field(default_factory=list)
    _exploit: Vector = field(
        default_factory=lambda: np.zeros(0)
    )  # of arm 1 with the token it took last

    def run(
        self,
        prompt: Sequence[int],
        n_arms: int,
        max_tokens: int,
        on_step: OnStep | None = None,
        stops: tuple[str, ...] = (),
    ) -> None:
        """Decode to the end, to one of the texts that end an answer, or to the stop flag. Errors as `Engine.open`."""
        plan = ArmRequest((tuple(prompt),), (1.0,), self.sampling, 0, max_tokens, stops=stops)
        try:
            self._handles = self.engine.open([prompt] * n_arms)
            self.arms = [Arm(plan) for _ in range(n_arms)]
            self._sums = [np.zeros(self.engine.n_embd) for _ in range(n_arms)]
            self.embeddings = [np.zeros(self.engine.n_embd) for _ in range(n_arms)]
            while self._running():
                self._step()
                if on_step:
                    on_step(self.arms)
        except Interrupted:
            pass
        finally:
            for i in self._running():
                self._finish(i, "interrupted")

    def _running(self) -> list[int]:
        return [i for i, arm in enumerate(self.arms) if arm.finish_reason is None]

    def _step(self) -> None:
        """One token for every running arm."""
        running = self._running()
        rows = {i: self._logits(i) for i in running}
        tokens = top_k_union(rows.values(), self.rules.k)  # the union of both arms' candidates
        forks = self._try(running, tokens.tolist())
        taken: list[int] = []
        try:
            chosen: dict[int, tuple[int, Matrix]] = {}
            for i in running:
                n, H = self._choose(i, rows[i], tokens, forks[i])
                chosen[i] = n, H
                if i == 0:
                    self._exploit = H[n]
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
            if len(chosen) == 2:
                first, second = (H[n] for n, H in chosen.values())
                self.V = update_precision(self.V, self.network, first, second)
        finally:
            self._close(forks, but=taken)
        for i in self._running():
            if len(self.arms[i].tokens) >= self.arms[i].request.max_tokens:
                self._finish(i, "length")

    def _logits(self, i: int) -> Vector:
        recent = (
            self.arms[i].tokens[-self.sampling.repeat_last_n :]
            if self.sampling.repeat_last_n
            else []
        )
        return apply_repeat_penalty(
            self.engine.logits(self._handles[i]), recent, self.sampling.repeat_penalty
        )

    def _try(self, running: Sequence[int], tokens: Sequence[int]) -> dict[int, list[int]]:
        """Decode every candidate of every running arm in a fork of its own, in one batch."""
        forks: dict[int, list[int]] = {i: [] for i in running}
        try:
            for i in running:
                for _ in tokens:
                    forks[i].append(self.engine.fork(self._handles[i]))
            self.engine.step(
                [(fork, t) for i in running for fork, t in zip(forks[i], tokens, strict=True)]
            )
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


def embed(engine: Engine, prompt: Sequence[int], response: Sequence[int]) -> Vector:
    """The embedding of a finished response, (d,), in one forward pass: what the loop above sums up step by step."""
    return pooled(engine.hidden_states([*prompt, *response], len(prompt)).sum(axis=0))
