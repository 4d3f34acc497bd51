"""What steering costs on this machine: the time of a step by the contexts that it reads.

A step takes one token further in every context of every arm, in one batch. How much a batch costs
over a single sequence depends on the machine, the model and the number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import get_args

from ..core.steering import Steer, n_contexts
from ..engine.llama_engine import LlamaEngine
from .growth import forced_steps, random_prompts

ARMS: Mapping[str, tuple[int, int, int]] = {
    "plain": (1, 1, 2),
    **{
        steer: (n_contexts(1, steer), n_contexts(2, steer), 2 * n_contexts(1, steer))
        for steer in get_args(Steer)
    },
}
"""Name of a way to steer -> contexts of an answer with one style, of an answer with two, and of a
duel whose arms have one style each."""

COLUMNS = ("answer, one style", "answer, two styles", "duel, one style each")
"""What the numbers of `ARMS` are about."""

CTX = 512
"""Tokens of context that the measurement needs."""

_PROMPT, _STEPS, _ROUNDS = 64, 8, 3


def steering_costs(engine: LlamaEngine) -> list[dict[str, float | str]]:
    """Median seconds of a step for each entry of `ARMS`.

    Returns:
        Rows with "steer", "arms" (one of `COLUMNS`), "contexts", "step" in seconds, and "ratio" to
        a plain answer, or to a plain duel.
    """
    sizes = sorted({n for contexts in ARMS.values() for n in contexts})
    rounds = [
        {n: forced_steps(engine, random_prompts(engine, n, _PROMPT), _STEPS) for n in sizes}
        for _ in range(_ROUNDS)
    ]
    step = {n: median(one[n] for one in rounds) for n in sizes}
    plain = (step[1], step[1], step[2])
    return [
        {"steer": name, "arms": arms, "contexts": n, "step": step[n], "ratio": step[n] / base}
        for name, contexts in ARMS.items()
        for arms, n, base in zip(COLUMNS, contexts, plain, strict=True)
    ]
