"""Where the time of one step of a steered duel goes: decoding, sampling, drawing, and the rest."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.live import Live

from ..decoding.arm import Arm
from ..decoding.decoder import run_to_end
from ..ui.duel import DuelView, Side
from ..ui.live import painter
from .speed import ARMS, QUESTION, SpeedBench, chat


def time_step(bench: SpeedBench) -> dict[str, float]:
    """Seconds of a step and of its parts, while the duel is drawn on a terminal.

    Returns:
        Name of a part -> its median over rounds; "step" is the whole.
    """
    rounds = [_time_step(bench, n) for n in range(bench.plan.rounds)]
    return {name: median(one[name] for one in rounds) for name in rounds[0]}


def _time_step(bench: SpeedBench, seed: int) -> dict[str, float]:
    """Mean seconds of a step and of its parts over one duel."""
    engine = bench.engine
    console = Console(file=io.StringIO(), force_terminal=True, width=120, height=40)
    drawing, steps = 0.0, 0
    start = forward = sampling = 0.0
    requests = bench.requests(chat(QUESTION), ARMS["steered duel"], seed, bench.plan.n_tokens)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        paint = painter(live)

        def on_step(arms: Sequence[Arm]) -> None:
            nonlocal drawing, steps, start, forward, sampling
            begun = time.perf_counter()
            if steps == 0:  # the first step includes the prefill, so the clock starts after it
                start, forward, sampling = begun, engine.decode_seconds, engine.sampler_seconds
            first, second = (Side(arm.text, arm.finish_reason is not None, "") for arm in arms)
            paint(lambda: DuelView((first, second), height=38))
            drawing += time.perf_counter() - begun
            steps += 1

        run_to_end(bench.steps(requests), on_step)
        total = time.perf_counter() - start
    forward, sampling = engine.decode_seconds - forward, engine.sampler_seconds - sampling
    rest = total - forward - sampling - drawing
    parts = {"llama_decode": forward, "sampler": sampling, "drawing": drawing, "the rest": rest}
    n = max(1, steps - 1)
    return {"step": total / n, **{name: seconds / n for name, seconds in parts.items()}}
