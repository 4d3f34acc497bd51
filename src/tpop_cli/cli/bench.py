"""tpop bench: measure it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from . import options as opt
from .runtime import command, interruptible, open_turns, stderr_console, stdout_console, write_answer

app = typer.Typer(help="Measure how well taste is learned.", no_args_is_help=True)


@app.command()
@command
@opt.with_decoding_options
def taste(
    policies: Annotated[str, typer.Option(help="Comma-separated: how pairs are chosen; `all` for all.")] = "ucb",
    rewards: Annotated[str, typer.Option(help="Comma-separated: what is learned on; `all` for all.")] = "axes",
    users: Annotated[str, typer.Option(help="Comma-separated simulated users; `all` for all.")] = "all",
    duels: Annotated[int, typer.Option(min=1, help="Duels a user fights.")] = 40,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of every user.")] = 3,
    report_prompts: Annotated[int, typer.Option(min=1, max=32, help="Prompts that answers are judged on.")] = 32,
    max_axes: Annotated[
        int | None, typer.Option(min=1, max=3, help="Axes active in an arm.", show_default="as in chats")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A few users, duels and prompts: does it run?")] = False,
    as_json: opt.JsonOption = False,
    svg: Annotated[Path | None, typer.Option(help="Draw the result into a file, too.", metavar="FILE")] = None,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Simulated users fight duels; their taught answers are judged against the base model's.

    Prompts of duels and of reporting are kept apart, and nothing was tuned on the latter. Answers are kept in the
    data folder, so a run that was interrupted goes on where it stopped, and a second one is quick.
    """
    from ..bench.simulate import POLICIES, REWARDS
    from ..bench.taste import Bench, Plan, report
    from ..bench.users import USERS
    from ..core.arms import ArmRules
    from ..store.paths import data_dir
    from ..store.response import load_response
    from ..ui.bench import taste_report

    counts = (*(n for n in (0, 5, 10, 15, 20, 40) if n < duels), duels)
    plan = Plan(
        _names(policies, list(POLICIES)),
        _names(rewards, list(REWARDS)),
        _names(users, list(USERS)),
        counts,
        seeds,
        report_prompts,
        max_axes=max_axes or ArmRules.max_axes,
    )
    if quick:
        plan = Plan(plan.policies, plan.rewards, ("short", "upbeat"), (0, 3), 1, 4, 2)
    console = stderr_console()
    with open_turns(decoding, None, "bench") as turns:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        from ..bench.bank import AnswerBank
        from ..core.axes import AXES

        progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.completed} answers decoded"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        bank = AnswerBank(
            turns.engine,
            AXES,
            data_dir() / "bench",
            turns.options.sampling,
            decoding.max_tokens or 128,
        )
        response, _ = load_response(turns.engine.info.fingerprint)
        with interruptible(turns.engine.stop), progress:
            task = progress.add_task("", total=None)
            result = report(Bench(bank, plan, response, on_answer=lambda n: progress.advance(task, n)))
    view = taste_report(result)
    if as_json:
        write_answer(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        stdout_console().print(view)
    if svg:
        _draw(view, svg)


def _names(text: str, known: list[str]) -> tuple[str, ...]:
    """The names in a comma-separated list, checked."""
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

    console = Console(record=True, width=140, file=io.StringIO(), force_terminal=True, highlight=False)
    console.print(view)
    path.write_text(console.export_svg(title="tpop bench taste"), "utf-8")
