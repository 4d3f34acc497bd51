"""tpop teach: let a program decide duels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import note, progress_bar
from ..inputs import read_prompts
from ..open_session import open_profile, open_session
from ..process import command, interruptible

if TYPE_CHECKING:
    from ...core.picks import Pick
    from ...session.duel import Duel


@command
@opt.with_options(LOADING, ANSWERS)
def teach(
    prompts: Annotated[
        str,
        typer.Option(
            "--prompts",
            help="File of prompts, one per line, or JSONL with `prompt`; - is stdin.",
            metavar="FILE",
        ),
    ],
    judge: Annotated[str, typer.Option("--judge", help="Program that picks.", metavar="CMD")],
    judge_timeout: opt.JudgeTimeoutOption = None,
    duels: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Number of duels; prompts are used again if there are more.",
            show_default="one per prompt",
        ),
    ] = None,
    profile: opt.ProfileOption = None,
    reward: opt.RewardOption = None,
    rebuild: opt.RebuildOption = False,
    *,
    options: opt.Options,
) -> None:
    """Teach a profile with duels that a program decides.

    CMD runs once. For each duel it reads a line of JSON, {"prompt": ..., "candidates": [..., ...]},
    and writes a line: 1, 2, = (a tie), x (both bad) or s (skip). The order of candidates is random.
    """
    questions = read_prompts(prompts)
    chosen = open_profile(profile)
    with open_session(options, chosen, "teach", reward, rebuild) as session:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

        from ...core.describe import taste_line
        from ...session.judge import JudgeProcess
        from ...session.teach import teach as run

        n = duels or len(questions)
        correct: list[bool] = []
        progress = progress_bar(
            TextColumn("teaching"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        stop = session.engine.stop
        with (
            JudgeProcess(judge, judge_timeout, stop) as judging,
            interruptible(stop),
            progress,
        ):
            task = progress.add_task("", total=n)

            def on_pick(_: Duel, pick: Pick) -> None:
                progress.advance(task)
                if pick.predicted_correctly is not None:
                    correct.append(pick.predicted_correctly)

            done = run(session, questions, judging, n, on_pick)
        note(
            f"{done} duels, {sum(correct)} of {len(correct)} picks predicted correctly"
            f" · {taste_line(session.taste, session.learner.profile.said)}"
        )
        if done < n:
            raise KeyboardInterrupt
