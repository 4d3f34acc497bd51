"""tpop bench harm: whether steered answers keep what was asked for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import progress_bar, stdout_console, write_answer
from ..open_session import load_options, open_session
from ..process import command, interruptible
from .bench import names_of
from .bench_speed import describe_machine


def _amounts(given: str) -> tuple[float, ...]:
    """The strengths in a comma-separated list. Raises UsageError."""
    try:
        amounts = tuple(float(one) for one in given.split(","))
    except ValueError:
        amounts = ()
    if not amounts or not all(0 < one <= 1 for one in amounts):
        raise UsageError(
            f"{given!r} is not a list of strengths", "use numbers above 0 and at most 1: 0.5,1"
        )
    return amounts


@command
@opt.with_options(LOADING, ANSWERS)
def harm(
    poles: Annotated[str, typer.Option(help="Poles to measure; comma-separated, or `all`.")] = (
        "all"
    ),
    amounts: Annotated[
        str,
        typer.Option(help="Strengths of each pole, above 0 and at most 1; comma-separated."),
    ] = "1",
    pairs: Annotated[bool, typer.Option(help="Measure pairs of these poles, too.")] = True,
    duels: Annotated[
        int,
        typer.Option(min=0, help="Duels that teach each simulated user's profile; 0: no profiles."),
    ] = 10,
    prompts: Annotated[
        str, typer.Option(help="report, or tune: the prompts that steering is chosen by.")
    ] = "report",
    each: Annotated[int, typer.Option(min=0, help="Prompts of each kind; 0 for all.")] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="Answers to each prompt.")] = 1,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Measure two poles on a few prompts, to see that it works."),
    ] = False,
    as_json: opt.JsonOption = False,
    *,
    options: opt.Options,
) -> None:
    """Compare steered answers with plain ones: do they keep what was asked for?

    Checked are Python functions that must pass tests, facts and small sums, answers in the
    language of the question, answers on its topic, whole code fences and quoted instructions;
    besides, how often a simulated user of the pole's style prefers the steered answer. The code
    that the model writes is run, in a process with limits. Answers are cached in the data folder:
    an interrupted run continues where it stopped. Answers have up to 160 tokens.
    """
    from dataclasses import replace

    from ...bench.harm import HarmPlan
    from ...bench.harm_tasks import HARM_SPLITS
    from ...core.axes import AXES
    from ...store.paths import data_dir
    from ...store.response_matrices import load_response
    from ...ui.harm import harm_report

    known = [pole.name for axis in AXES for pole in axis.poles]
    (split,) = names_of(prompts, list(HARM_SPLITS))
    plan = HarmPlan(
        names_of(poles, known),
        _amounts(amounts),
        pairs,
        duels,
        split=split,
        n_tasks=each,
        seeds=seeds,
        max_tokens=options.flags["max_tokens"] or HarmPlan.max_tokens,
        steer=options.value("steer"),
    )
    if quick:
        plan = replace(
            plan,
            poles=plan.poles if poles != "all" else (known[0], known[3]),
            pairs=False,
            n_duels=min(plan.n_duels, 2),
            taught=1,
            n_tasks=each or 1,
            max_tokens=options.flags["max_tokens"] or 64,
        )
    with open_session(options, None, "bench") as session:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

        from ...bench.answer_cache import AnswerCache
        from ...bench.harm import HarmBench
        from ...bench.progress import ProgressMeter

        progress = progress_bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        response, _ = load_response(session.engine.info.fingerprint)
        with progress:
            task = progress.add_task("")

            def show(stage: str, done: int, total: int) -> None:
                if stage != progress.tasks[0].description:
                    progress.reset(task)  # the speed of one stage is not that of the next
                progress.update(task, description=stage, completed=done, total=total)

            bench = HarmBench(
                plan,
                AnswerCache(session.engine, data_dir() / "bench"),
                response,
                session.options.sampling,
                ProgressMeter(show),
            )
            with interruptible(session.engine.stop):
                steerings = bench.decode()
            found = bench.report(steerings)
        result = {
            "model": Path(session.engine.info.path).stem,
            "date": date.today().isoformat(),
            "machine": describe_machine(load_options(options)),
            **found,
        }
    if as_json:
        write_answer(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        stdout_console().print(harm_report(result))
