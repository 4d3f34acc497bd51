"""tpop bench taste: how well simulated users' taste is learned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ...errors import UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import progress_bar, stdout_console, write_answer
from ..open_session import open_session
from ..process import command, interruptible

app = typer.Typer(
    help="Measure how well taste is learned, and what duels cost.", no_args_is_help=True
)


@app.command()
@command
@opt.with_options(LOADING, ANSWERS)
def taste(
    policies: Annotated[
        str, typer.Option(help="How the arms of a duel are chosen; comma-separated, or `all`.")
    ] = "ucb",
    rewards: Annotated[
        str, typer.Option(help="What learns from picks; comma-separated, or `all`.")
    ] = "axes",
    asks: Annotated[
        str, typer.Option("--ask", help="When to show two answers; comma-separated, or `all`.")
    ] = "always",
    users: Annotated[
        str,
        typer.Option(
            help="Simulated users; comma-separated, also extremes, middle, manners; or `all`."
        ),
    ] = "all",
    duels: Annotated[int, typer.Option(min=1, help="Duels per user.")] = 40,
    seeds: Annotated[int, typer.Option(min=1, help="Runs per user, with different seeds.")] = 3,
    prompts: Annotated[
        str,
        typer.Option(help="report, or tune: the prompts and users that defaults were chosen by."),
    ] = "report",
    judged: Annotated[int, typer.Option(min=0, help="Prompts to judge answers on; 0 for all.")] = 0,
    max_axes: Annotated[
        int | None,
        typer.Option(min=1, max=2, help="Active axes per arm.", show_default="as in chats"),
    ] = None,
    candidates: Annotated[
        int,
        typer.Option(min=1, max=40, help="Tokens that the neural reward tries at every position."),
    ] = 40,
    oracle: Annotated[
        bool,
        typer.Option(help="Also measure how far the model can be steered if the taste is known."),
    ] = True,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Run a few users, duels and prompts, to see that it works."),
    ] = False,
    as_json: opt.JsonOption = False,
    svg: Annotated[
        Path | None, typer.Option(help="Also draw the result as an SVG file.", metavar="FILE")
    ] = None,
    *,
    options: opt.Options,
) -> None:
    """Let simulated users pick, and compare the answers that they taught with plain ones.

    The first policy, reward and --ask are run together. Every other one replaces the first of its
    kind and is compared with it. Duels and judging use different prompts. Answers are cached in
    the data folder: an interrupted run continues where it stopped, and a second run is quick.
    Answers have up to 256 tokens.
    """
    from dataclasses import replace

    from ...bench.policies import NO_LEARNING, POLICIES
    from ...bench.prompts import SPLITS
    from ...bench.simulate import REWARDS, compared
    from ...bench.taste import TastePlan, report
    from ...bench.users import SPLIT_USERS
    from ...core.arms import ArmRules
    from ...core.neural import NeuralRules
    from ...store.paths import data_dir
    from ...store.response_matrices import load_response
    from ...ui.bench import taste_report

    many_rewards = names_of(rewards, [*REWARDS, "neural"])
    learners = compared(
        names_of(policies, [*POLICIES, NO_LEARNING]),
        many_rewards,
        names_of(asks, ["always", "auto"]),
    )
    counts = (*(n for n in TastePlan.counts if n < duels), duels)
    (split,) = names_of(prompts, list(SPLITS))
    everybody = [user.name for user in SPLIT_USERS[split]]
    plan = TastePlan(
        learners,
        _users(users, everybody),
        counts,
        seeds,
        split,
        n_judged=judged,
        n_choose=TastePlan.n_choose if oracle else 0,
        rules=ArmRules(max_axes=max_axes or ArmRules.max_axes),
    )
    if quick:
        plan = replace(
            plan,
            users=(everybody[0], everybody[6]),
            counts=(0, 3),
            seeds=1,
            n_judged=4,
            n_choose=2,
        )
    neural = "neural" in many_rewards
    with open_session(options, None, "bench", hidden_states=neural) as session:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

        from ...bench.answer_cache import MAX_TOKENS, AnswerCache
        from ...bench.judging import Judging
        from ...bench.neural_runs import neural_player
        from ...bench.progress import ProgressMeter

        progress = progress_bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("answers"),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        max_tokens = options.flags["max_tokens"] or MAX_TOKENS
        cache = AnswerCache(session.engine, data_dir() / "bench")
        response, _ = load_response(session.engine.info.fingerprint)
        setting = plan.setting(
            response, session.options.sampling, max_tokens, steer=session.options.steer
        )
        with interruptible(session.engine.stop), progress:
            task = progress.add_task("")

            def show(stage: str, done: int, total: int) -> None:
                if stage != progress.tasks[0].description:
                    progress.reset(task)  # the speed of one stage is not that of the next
                progress.update(task, description=stage, completed=done, total=total)

            meter = ProgressMeter(show)
            play_neural = neural_player(cache, meter, NeuralRules(k=candidates)) if neural else None
            result = report(plan, Judging(cache, setting, meter), play_neural)
    view = taste_report(result)
    if as_json:
        write_answer(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        stdout_console().print(view)
    if svg:
        _draw(view, svg)


def _users(given: str, everybody: list[str]) -> tuple[str, ...]:
    """The users that --users names: all of the split, or groups of them and some by name."""
    from ...bench.users import GROUPS, USERS

    if given == "all":
        return tuple(everybody)
    named = names_of(given, [*GROUPS, *USERS])
    members = (
        [user for user in everybody if user in GROUPS[name]] if name in GROUPS else [name]
        for name in named
    )
    return tuple(dict.fromkeys(user for found in members for user in found))


def names_of(text: str, known: list[str]) -> tuple[str, ...]:
    """The names in a comma-separated list. Raises UsageError for an unknown one."""
    if text == "all":
        return tuple(known)
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in known:
            raise UsageError(f"there is none named {name!r}", f"one of: {', '.join(known)}")
    return names


def _draw(view: object, path: Path) -> None:
    import io

    from rich.console import Console

    console = Console(
        record=True, width=140, file=io.StringIO(), force_terminal=True, highlight=False
    )
    console.print(view)
    path.write_text(console.export_svg(title="tpop bench taste"), "utf-8")
