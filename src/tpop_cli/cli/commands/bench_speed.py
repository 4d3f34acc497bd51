"""tpop bench speed: what duels cost, compared with plain llama-cpp-python."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...settings import LOADING
from .. import options as opt
from ..console import stderr_console, stdout_console, write_answer
from ..process import command
from .bench import names_of

if TYPE_CHECKING:
    from pathlib import Path

    from ...bench.speed import SpeedBench, SpeedPlan
    from ...engine.load_options import LoadOptions

PARTS = (
    "answers",
    "first token",
    "step",
    "many",
    "start-up",
    "memory",
    "picks",
    "growth",
    "other work",
    "neural",
)


@command
@opt.with_options(LOADING)
def speed(
    parts: Annotated[
        str, typer.Option(help=f"What to measure; comma-separated, or `all`: {', '.join(PARTS)}.")
    ] = "all",
    rounds: Annotated[
        int | None, typer.Option(min=1, help="Rounds per comparison.", show_default="5")
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(min=2, help="Maximum tokens per answer.", show_default="128")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Run one short round, to see that it works.")
    ] = False,
    as_json: opt.JsonOption = False,
    *,
    options: opt.Options,
) -> None:
    """Time duels, steered answers, first tokens, start-up, learning and memory.

    They are compared with plain llama-cpp-python, in turn, on the same model with the same
    settings. The figures are medians. Run nothing else on the machine meanwhile.
    """
    from dataclasses import replace

    from ...bench.speed import N_CTX, QUICK, SpeedPlan
    from ...engine.load_options import context_size
    from ...engine.whole_model import read_model
    from ...store.models import find_model
    from ...ui.speed import speed_report
    from ..open_session import load_options

    chosen = names_of(parts, list(PARTS))
    plan = QUICK if quick else SpeedPlan()
    plan = replace(plan, rounds=rounds or plan.rounds, n_tokens=tokens or plan.n_tokens)
    path = find_model(options.flags["model"])
    loading = load_options(options)
    if not loading.n_ctx:
        loading = replace(loading, n_ctx=min(N_CTX, context_size(0, read_model(path))))
    found: dict[str, Any] = {
        "model": path.stem,
        "date": date.today().isoformat(),
        "plan": asdict(plan),
    }
    found["machine"] = describe_machine(loading)
    with stderr_console().status("loading", spinner="dots") as status:
        for name, measure in _measures(path, loading, plan, chosen).items():
            status.update(f"measuring: {name}")
            found[name] = measure()
    if as_json:
        write_answer(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        stdout_console().print(speed_report(found))


def describe_machine(loading: LoadOptions) -> dict[str, Any]:
    """The machine that a bench ran on, as JSON."""
    import platform

    import psutil

    from ...engine.devices import devices

    return {
        "devices": [device.description for device in devices()],
        "cores": psutil.cpu_count(logical=False),
        "threads": loading.threads,
        "system": f"{platform.system()} {platform.machine()}",
        "context": loading.n_ctx,
    }


def _measures(
    path: Path, loading: LoadOptions, plan: SpeedPlan, parts: tuple[str, ...]
) -> dict[str, Callable[[], Any]]:
    """The measurement of each part, in order. A part loads the models it needs and frees them."""
    from ...bench import growth, overhead
    from ...bench.first_token import time_first_token
    from ...bench.other_work import time_beside_other_work
    from ...bench.speed import QUICK, SpeedBench
    from ...bench.step_time import time_step

    short = plan.n_tokens <= QUICK.n_tokens

    def with_models(measure: Callable[[SpeedBench], Any]) -> Any:
        bench = SpeedBench(path, loading, plan)
        try:
            return measure(bench)
        finally:
            bench.close()

    def grown(bench: SpeedBench) -> dict[str, Any]:
        lengths = (16, 32) if short else growth.ANSWER_LENGTHS
        chats = (32, 64) if short else growth.CHAT_LENGTHS
        return {
            "axes": growth.with_axes(bench.engine, min(plan.n_tokens, 64), plan.rounds),
            "answer length": growth.with_answer_length(bench.engine, lengths),
            "chat length": growth.with_chat_length(bench.engine, chats),
            "batch": growth.with_batch(bench.engine, (1, 2) if short else growth.BATCHES),
        }

    every: dict[str, Callable[[], Any]] = {
        "answers": lambda: with_models(SpeedBench.answers),
        "first token": lambda: with_models(time_first_token),
        "step": lambda: with_models(time_step),
        "many": lambda: with_models(SpeedBench.many),
        "start-up": lambda: overhead.time_start_up(path, plan.rounds),
        "memory": lambda: overhead.peak_memory(path, loading.n_ctx, min(plan.n_tokens, 64)),
        "picks": lambda: overhead.time_picks((10, 20) if short else overhead.PICKS, plan.rounds),
        "growth": lambda: with_models(grown),
        "other work": lambda: time_beside_other_work(
            path, loading.threads, min(plan.n_tokens, 40), plan.rounds
        ),
        "neural": lambda: growth.neural(
            path, loading, min(plan.n_tokens, 32), (1, 2) if short else growth.CANDIDATES
        ),
    }
    return {part: every[part] for part in parts}
