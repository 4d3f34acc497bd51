"""How fast: duels and steered answers against llama-cpp-python's plain ones, same model, same settings, same run.

Everything that is compared is measured in turn (A B A B), so that a machine that slows down slows both; a figure is a
median of rounds.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.live import Live

from ..core.axes import AXES
from ..core.reward import Strengths
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import BatchDecoder, run_to_end
from ..decoding.prefetch import Prefetcher
from ..decoding.requests import limit_to_context, request_arm
from ..engine.load_options import LoadOptions
from ..engine.plain_llama import PlainLlama
from ..engine.protocol import Message, Sampling
from ..ui.duel import DuelView, Side
from ..ui.live import painter
from .prompts import TRAIN
from .timed_engine import TimedEngine

PLAIN: Strengths = {}
EXPLOIT: Strengths = {"tone": 1.0, "imagery": 1.0}
EXPLORE: Strengths = {"words": 1.0}
"""What the arms of a taught profile look like with default settings: two poles, and one that is tried."""

N_CTX = 4096
"""Tokens of context, where the user names no other."""

QUESTION = "Tell me a long story about a dog who goes to sea and comes home again."
CHAT: Sequence[str] = (
    *("What is tea?", "Who drinks it most?", "And coffee?", "Is it healthy?", "How is it grown?"),
    *(
        "What does it cost?",
        "Where was it first grown?",
        "And in Europe?",
        "What about herbs?",
        "Which one is best?",
    ),
)


@dataclass(frozen=True)
class SpeedPlan:
    """What is measured.

    Args:
        rounds: how often; medians are reported.
        n_tokens: where answers are cut.
        n_many: prompts of the batch that is compared with a loop.
    """

    rounds: int = 5
    n_tokens: int = 128
    n_many: int = 40


QUICK = SpeedPlan(rounds=1, n_tokens=16, n_many=4)


def interleaved(
    measures: Mapping[str, Callable[[int], float]], rounds: int
) -> dict[str, list[float]]:
    """Every measure once a round, all rounds; a measure is given the round's number."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for n in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure(n))
    return found


@dataclass
class Speed:
    """Measures one model. Close it."""

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
        for steered in (
            PLAIN,
            EXPLOIT,
            EXPLORE,
        ):  # what is done once in a process is measured as start-up
            self._arms(QUESTION, [steered], 0, 1)
        self.plain.answer(_chat(QUESTION), 1, 0)

    def close(self) -> None:
        """Free both copies of the model."""
        self.engine.close()
        self.plain.close()

    # -- answers -----------------------------------------------------------------------------------------

    def _arms(
        self, question: str | Sequence[Message], arms: Sequence[Strengths], seed: int, n: int
    ) -> list[Arm]:
        messages = _chat(question) if isinstance(question, str) else question
        return run_to_end(self._decoder.steps(self._requests(messages, arms, seed, n)))

    def _requests(
        self, messages: Sequence[Message], arms: Sequence[Strengths], seed: int, n: int
    ) -> list[ArmRequest]:
        found = [
            request_arm(self.engine, messages, AXES, strengths, self.sampling, seed + i, n)
            for i, strengths in enumerate(arms)
        ]
        return limit_to_context(found, self.engine.n_ctx)

    def _a_token(self, arms: Sequence[Strengths]) -> Callable[[int], float]:
        """Seconds a token of a duel, or of an answer."""

        def measure(n: int) -> float:
            self.engine.forget()
            start = time.perf_counter()
            done = self._arms(QUESTION, arms, 100 * n, self.plan.n_tokens)
            return (time.perf_counter() - start) / sum(len(arm.tokens) for arm in done)

        return measure

    def _plain_token(self, n: int) -> float:
        self.plain.forget()
        answer = self.plain.answer(_chat(QUESTION), self.plan.n_tokens, 100 * n)
        return answer.seconds / answer.n_tokens

    def answers(self) -> dict[str, Any]:
        """Seconds a token: duels and answers against plain answers, one after the other."""
        found = interleaved(
            {
                "plain": self._plain_token,
                "unsteered duel": self._a_token([PLAIN, PLAIN]),
                "steered duel": self._a_token([EXPLOIT, EXPLORE]),
                "plain again": self._plain_token,
                "unsteered answer": self._a_token([PLAIN]),
                "steered answer": self._a_token([EXPLOIT]),
            },
            self.plan.rounds,
        )
        plain = median(found.pop("plain") + found.pop("plain again"))
        return {
            "plain": plain,
            **{name: _against(plain, seconds) for name, seconds in found.items()},
        }

    # -- first token -------------------------------------------------------------------------------------

    def first_token(self) -> dict[str, Any]:
        """Seconds to the first token: of a first question, and of the tenth turn of a chat that was read ahead."""

        def ours(question: Sequence[Message], arms: Sequence[Strengths]) -> float:
            start = time.perf_counter()
            self._arms(question, arms, 0, 1)
            return time.perf_counter() - start

        def cold(arms: Sequence[Strengths]) -> Callable[[int], float]:
            def measure(_: int) -> float:
                self.engine.forget()
                return ours(_chat(QUESTION), arms)

            return measure

        def cold_plain(_: int) -> float:
            self.plain.forget()
            return self.plain.answer(_chat(QUESTION), 1, 0).seconds

        first = interleaved(
            {"plain": cold_plain, **{name: cold(arms) for name, arms in _ARMS.items()}},
            self.plan.rounds,
        )
        ninth, tenth = self._conversation()

        def later(arms: Sequence[Strengths]) -> Callable[[int], float]:
            def measure(_: int) -> float:
                self.engine.forget()
                self._arms(ninth, arms, 0, 1)  # the turn before was steered likewise
                ahead = Prefetcher(self.engine)
                ahead.start(tenth[:-1])
                ahead.wait()
                before = self.engine.prefilled
                seconds = ours(tenth, arms)
                prefilled[len(arms), bool(arms[0])] = self.engine.prefilled - before
                return seconds

            return measure

        def later_plain(_: int) -> float:
            self.plain.answer(ninth, self.plan.n_tokens, 0)
            return self.plain.answer(tenth, 1, 0).seconds

        prefilled: dict[tuple[int, bool], int] = {}
        turn = interleaved(
            {"plain": later_plain, **{name: later(arms) for name, arms in _ARMS.items()}},
            self.plan.rounds,
        )
        new = len(self.engine.chat_tokens(tenth)) - len(
            Prefetcher(self.engine).next_prefix(tenth[:-1])
        )
        return {
            "cold": _compared(first),
            "tenth turn": _compared(turn),
            "new tokens": new,
            "prefilled": {
                name: prefilled[len(arms), bool(arms[0])] for name, arms in _ARMS.items()
            },
            "chat tokens": len(self.engine.chat_tokens(tenth)),
        }

    def _conversation(self) -> tuple[list[Message], list[Message]]:
        """A chat up to its ninth and its tenth question; the answers are the plain model's."""
        messages: list[Message] = []
        for question in CHAT:
            messages.append({"role": "user", "content": question})
            before = list(messages)
            if question != CHAT[-1]:
                text = self.plain.answer(messages, self.plan.n_tokens // 2, 0).text
                messages.append({"role": "assistant", "content": text})
                ninth = before
        return ninth, messages

    # -- a step ------------------------------------------------------------------------------------------

    def step(self) -> dict[str, float]:
        """Where the time of a step of a steered duel goes, in seconds, medians of rounds; drawn on a terminal."""
        rounds = [self._step(n) for n in range(self.plan.rounds)]
        return {name: median(one[name] for one in rounds) for name in rounds[0]}

    def _step(self, seed: int) -> dict[str, float]:
        console = Console(file=io.StringIO(), force_terminal=True, width=120, height=40)
        drawing, steps = 0.0, 0
        start = forward = sampling = 0.0
        arms = (EXPLOIT, EXPLORE)
        requests = self._requests(_chat(QUESTION), arms, seed, self.plan.n_tokens)
        with Live(console=console, auto_refresh=False, transient=True) as live:
            paint = painter(live)

            def on_step(arms: Sequence[Arm]) -> None:
                nonlocal drawing, steps, start, forward, sampling
                begun = time.perf_counter()
                if steps == 0:  # the prompt is read: steps alone are measured
                    start, forward, sampling = (
                        begun,
                        self.engine.decode_seconds,
                        self.engine.sampler_seconds,
                    )
                first, second = (Side(arm.text, arm.finish_reason is not None, "") for arm in arms)
                paint(lambda: DuelView((first, second), height=38))
                drawing += time.perf_counter() - begun
                steps += 1

            run_to_end(self._decoder.steps(requests), on_step)
            total = time.perf_counter() - start
        forward, sampling = (
            self.engine.decode_seconds - forward,
            self.engine.sampler_seconds - sampling,
        )
        n = max(1, steps - 1)
        rest = total - forward - sampling - drawing
        parts = {"llama_decode": forward, "sampler": sampling, "drawing": drawing, "the rest": rest}
        return {"step": total / n, **{name: seconds / n for name, seconds in parts.items()}}

    # -- many prompts ------------------------------------------------------------------------------------

    def many(self) -> dict[str, Any]:
        """Tokens a second over many prompts: `ask --input` against a plain loop."""
        prompts = TRAIN[: self.plan.n_many]

        def batch(strengths: Strengths) -> Callable[[int], float]:
            def measure(seed: int) -> float:
                self.engine.forget()
                start = time.perf_counter()
                n_tokens = self.plan.n_tokens
                groups = (self._requests(_chat(p), [strengths], seed, n_tokens) for p in prompts)
                n = sum(len(arm.tokens) for _, (arm,) in self._decoder.many(groups))
                return n / (time.perf_counter() - start)

            return measure

        def loop(seed: int) -> float:
            done = [self.plain.answer(_chat(p), self.plan.n_tokens, seed) for p in prompts]
            return sum(one.n_tokens for one in done) / sum(one.seconds for one in done)

        measures = {"plain": loop, "unsteered": batch(PLAIN), "steered": batch(EXPLOIT)}
        return _compared(interleaved(measures, 1 if self.plan.rounds < 3 else 2))


_ARMS: Mapping[str, Sequence[Strengths]] = {
    "unsteered answer": [PLAIN],
    "steered answer": [EXPLOIT],
    "unsteered duel": [PLAIN, PLAIN],
    "steered duel": [EXPLOIT, EXPLORE],
}


def _chat(question: str) -> list[Message]:
    return [{"role": "user", "content": question}]


def _compared(found: dict[str, list[float]]) -> dict[str, Any]:
    plain = median(found.pop("plain"))
    return {"plain": plain, **{name: _against(plain, values) for name, values in found.items()}}


def _against(plain: float, values: Sequence[float]) -> dict[str, float]:
    return {
        "median": median(values),
        "low": min(values),
        "high": max(values),
        "ratio": median(values) / plain,
    }
