"""The speed bench: duels and steered answers, timed against plain answers of llama-cpp-python.

    tpop bench speed

Both use the same model file and settings in the same run. Measurements alternate, and figures are
medians of rounds. The other parts of the bench are in `first_token`, `step_time`, `growth` and
`overhead`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from ..core.axes import AXES
from ..core.reward import Strengths
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, BatchDecoder, run_to_end
from ..decoding.requests import limit_to_context, request_arm
from ..engine.load_options import LoadOptions
from ..engine.plain_llama import PlainLlama
from ..engine.protocol import Message, Sampling
from .prompts import TRAIN
from .timed_engine import TimedEngine
from .timing import compare, interleaved, summarize

PLAIN: Strengths = {}
EXPLOIT: Strengths = {"tone": 1.0}
EXPLORE: Strengths = {"words": 1.0}
"""Arms with one pole each, as most of a young profile's arms are."""

ARMS: Mapping[str, Sequence[Strengths]] = {
    "unsteered answer": [PLAIN],
    "steered answer": [EXPLOIT],
    "unsteered duel": [PLAIN, PLAIN],
    "steered duel": [EXPLOIT, EXPLORE],
}
"""Name of a measurement -> the strengths of its arms."""

N_CTX = 4096
"""Tokens of context, unless the user sets another number."""

QUESTION = "Tell me a long story about a dog who goes to sea and comes home again."


@dataclass(frozen=True)
class SpeedPlan:
    """How much is measured.

    Args:
        rounds: rounds of each measurement.
        n_tokens: maximum tokens of an answer.
        n_many: prompts of the batch that is compared with a loop.
    """

    rounds: int = 5
    n_tokens: int = 128
    n_many: int = 40


QUICK = SpeedPlan(rounds=1, n_tokens=16, n_many=4)
"""One short round, to see whether the bench runs."""


def chat(question: str) -> list[Message]:
    """A chat that consists of one question."""
    return [{"role": "user", "content": question}]


@dataclass
class SpeedBench:
    """One model, loaded twice: by tpop's engine and by plain llama-cpp-python. Close it after use.

    Args:
        path: a GGUF file.
        options: how both load it.
        plan: how much is measured.
        sampling: for every answer.
    """

    path: Path
    options: LoadOptions
    plan: SpeedPlan = SpeedPlan()
    sampling: Sampling = Sampling()
    engine: TimedEngine = field(init=False)
    plain: PlainLlama = field(init=False)

    def __post_init__(self) -> None:
        self.engine = TimedEngine(self.path, self.options)
        self._decoder = BatchDecoder(self.engine)
        self.plain = PlainLlama(self.path, self.engine.n_ctx, self.options.threads, self.sampling)
        # One-time work is measured as start-up, so it is done here.
        for strengths in (PLAIN, EXPLOIT, EXPLORE):
            self.decode(chat(QUESTION), [strengths], 0, 1)
        self.plain.answer(chat(QUESTION), 1, 0)

    def close(self) -> None:
        """Free both copies of the model."""
        self.engine.close()
        self.plain.close()

    # -- decoding ----------------------------------------------------------------------------------

    def requests(
        self, messages: Sequence[Message], arms: Sequence[Strengths], seed: int, max_tokens: int
    ) -> list[ArmRequest]:
        """Requests for arms with these strengths; their seeds count up from `seed`."""
        requests = [
            request_arm(self.engine, messages, AXES, strengths, self.sampling, seed + i, max_tokens)
            for i, strengths in enumerate(arms)
        ]
        return limit_to_context(requests, self.engine.n_ctx)

    def steps(self, requests: Sequence[ArmRequest]) -> ArmSteps:
        """Decode arms together; see `Decoder.steps`."""
        return self._decoder.steps(requests)

    def decode(
        self, messages: Sequence[Message], arms: Sequence[Strengths], seed: int, max_tokens: int
    ) -> list[Arm]:
        """Decode arms with these strengths to their ends."""
        return run_to_end(self.steps(self.requests(messages, arms, seed, max_tokens)))

    # -- answers -----------------------------------------------------------------------------------

    def answers(self) -> dict[str, Any]:
        """Seconds per token of duels and answers, prompt included, against plain answers."""
        seconds = interleaved(
            {
                "plain": self._seconds_per_plain_token,
                "unsteered duel": self._seconds_per_token(ARMS["unsteered duel"]),
                "steered duel": self._seconds_per_token(ARMS["steered duel"]),
                "plain again": self._seconds_per_plain_token,
                "unsteered answer": self._seconds_per_token(ARMS["unsteered answer"]),
                "steered answer": self._seconds_per_token(ARMS["steered answer"]),
            },
            self.plan.rounds,
        )
        plain = median(seconds.pop("plain") + seconds.pop("plain again"))
        return {
            "plain": plain,
            **{name: summarize(values, plain) for name, values in seconds.items()},
        }

    def _seconds_per_token(self, arms: Sequence[Strengths]) -> Callable[[int], float]:
        def measure(n: int) -> float:
            self.engine.forget()
            start = time.perf_counter()
            done = self.decode(chat(QUESTION), arms, 100 * n, self.plan.n_tokens)
            return (time.perf_counter() - start) / sum(len(arm.tokens) for arm in done)

        return measure

    def _seconds_per_plain_token(self, n: int) -> float:
        self.plain.forget()
        answer = self.plain.answer(chat(QUESTION), self.plan.n_tokens, 100 * n)
        return answer.seconds / answer.n_tokens

    # -- many prompts ------------------------------------------------------------------------------

    def many(self) -> dict[str, Any]:
        """Tokens per second for many prompts: one batch, as in `ask --input`, and a plain loop."""
        prompts, n_tokens = TRAIN[: self.plan.n_many], self.plan.n_tokens

        def batch(strengths: Strengths) -> Callable[[int], float]:
            def measure(seed: int) -> float:
                self.engine.forget()
                start = time.perf_counter()
                groups = (self.requests(chat(p), [strengths], seed, n_tokens) for p in prompts)
                return self._count_tokens(groups) / (time.perf_counter() - start)

            return measure

        def loop(seed: int) -> float:
            done = [self.plain.answer(chat(p), n_tokens, seed) for p in prompts]
            return sum(one.n_tokens for one in done) / sum(one.seconds for one in done)

        measures = {"plain": loop, "unsteered": batch(PLAIN), "steered": batch(EXPLOIT)}
        return compare(interleaved(measures, 1 if self.plan.rounds < 3 else 2))

    def _count_tokens(self, groups: Iterator[Sequence[ArmRequest]]) -> int:
        return sum(len(arm.tokens) for _, (arm,) in self._decoder.many(groups))
