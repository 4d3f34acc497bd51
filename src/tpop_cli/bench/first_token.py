"""The time to the first token: of a chat's first turn, and of its tenth turn after a prefetch."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from ..core.axes import AXES
from ..core.reward import Strengths
from ..core.steering import instructions
from ..decoding.prefetch import Prefetcher
from ..engine.protocol import Message
from .speed import ARMS, QUESTION, SpeedBench, chat
from .timing import compare, interleaved

CHAT: Sequence[str] = (
    "What is tea?",
    "Who drinks it most?",
    "And coffee?",
    "Is it healthy?",
    "How is it grown?",
    "What does it cost?",
    "Where was it first grown?",
    "And in Europe?",
    "What about herbs?",
    "Which one is best?",
)
"""The questions of the chat with ten turns."""


def time_first_token(bench: SpeedBench) -> dict[str, Any]:
    """Seconds to the first token of the first and of the tenth turn, against plain answers.

    Returns:
        The JSON object of this part: "cold" (first turn) and "tenth turn" with their summaries,
        and the tokens that the tenth turn has, adds and prefills.
    """
    first = _time_first_turn(bench)
    ninth, tenth = _conversation(bench)
    later, prefilled = _time_tenth_turn(bench, ninth, tenth)
    prefix = Prefetcher(bench.engine).next_prefix(tenth[:-1])
    n_tokens = len(bench.engine.chat_tokens(tenth))
    return {
        "cold": first,
        "tenth turn": later,
        "new tokens": n_tokens - len(prefix),
        "prefilled": prefilled,
        "chat tokens": n_tokens,
    }


def _time_first_turn(bench: SpeedBench) -> dict[str, Any]:
    def ours(arms: Sequence[Strengths]) -> Callable[[int], float]:
        def measure(_: int) -> float:
            bench.engine.forget()
            return _seconds(bench, chat(QUESTION), arms)

        return measure

    def plain(_: int) -> float:
        bench.plain.forget()
        return bench.plain.answer(chat(QUESTION), 1, 0).seconds

    measures = {"plain": plain, **{name: ours(arms) for name, arms in ARMS.items()}}
    return compare(interleaved(measures, bench.plan.rounds))


def _time_tenth_turn(
    bench: SpeedBench, ninth: Sequence[Message], tenth: Sequence[Message]
) -> tuple[dict[str, Any], dict[str, int]]:
    """(the summaries, name -> tokens that were prefilled for the tenth turn)."""
    prefilled: dict[str, int] = {}

    def ours(name: str, arms: Sequence[Strengths]) -> Callable[[int], float]:
        def measure(_: int) -> float:
            bench.engine.forget()
            bench.decode(ninth, arms, 0, 1)  # the turn before, steered in the same way
            prefetcher = Prefetcher(bench.engine)
            prefetcher.start(tenth[:-1], instructions(AXES, arms))  # as the program does
            prefetcher.wait()
            before = bench.engine.prefilled
            seconds = _seconds(bench, tenth, arms)
            prefilled[name] = bench.engine.prefilled - before
            return seconds

        return measure

    def plain(_: int) -> float:
        bench.plain.answer(ninth, bench.plan.n_tokens, 0)
        return bench.plain.answer(tenth, 1, 0).seconds

    measures = {"plain": plain, **{name: ours(name, arms) for name, arms in ARMS.items()}}
    return compare(interleaved(measures, bench.plan.rounds)), prefilled


def _seconds(bench: SpeedBench, messages: Sequence[Message], arms: Sequence[Strengths]) -> float:
    """Seconds until each arm has its first token."""
    start = time.perf_counter()
    bench.decode(messages, arms, 0, 1)
    return time.perf_counter() - start


def _conversation(bench: SpeedBench) -> tuple[list[Message], list[Message]]:
    """A chat up to its ninth and up to its tenth question. The plain model answers."""
    messages: list[Message] = []
    for question in CHAT:
        messages.append({"role": "user", "content": question})
        before = list(messages)
        if question != CHAT[-1]:
            text = bench.plain.answer(messages, bench.plan.n_tokens // 2, 0).text
            messages.append({"role": "assistant", "content": text})
            ninth = before
    return ninth, messages
