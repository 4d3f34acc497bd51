"""tpop check: whether your taste helps."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import NoInputError, UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import note, on_terminal, stderr_console, write_answer, write_json
from ..open_session import open_profile, open_session
from ..process import command, interruptible

if TYPE_CHECKING:
    from ...session.duel import Duel
    from ...session.session import Session


@command
@opt.with_options(LOADING, ANSWERS)
def check(
    pairs: Annotated[int, typer.Option(min=1, help="Number of pairs of answers.")] = 10,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="Program that picks instead of you.", metavar="CMD"),
    ] = None,
    judge_timeout: opt.JudgeTimeoutOption = None,
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
    *,
    options: opt.Options,
) -> None:
    """Check whether your taste helps, on blind pairs of answers to your own past questions.

    One answer of each pair is steered, the other is plain. Prints how often you pick the steered
    one, with a 95% interval; if the interval includes one half, "no measurable benefit". Nothing
    is learned.
    """
    from ...core.intervals import wilson_interval

    if judge is None and not on_terminal():
        raise UsageError("tpop check needs a terminal", "let a program pick: --judge CMD")
    chosen = open_profile(profile)
    questions = list(dict.fromkeys(pick.prompt for pick in chosen.picks() if pick.has_texts))
    if not questions:
        raise NoInputError(
            f"profile {chosen.name} has no questions yet", "pick some answers first: tpop chat"
        )
    with open_session(options, chosen, "check") as session:
        if not session.strengths():
            note("nothing is steered yet: there is nothing to check")
            return
        sample = random.Random(session.options.seed).sample(questions, min(pairs, len(questions)))
        if judge:
            outcomes = _by_program(session, sample, judge, judge_timeout)
        else:
            outcomes = _by_user(session, sample)
    decided = [outcome for outcome in outcomes if outcome is not None]
    low, high = wilson_interval(sum(decided), len(decided))
    rate = sum(decided) / len(decided) if decided else 0.5
    verdict = (
        "your taste helps"
        if low > 0.5
        else "your taste harms"
        if high < 0.5
        else "no measurable benefit"
    )
    if as_json:
        body = {
            "pairs": len(sample),
            "decided": len(decided),
            "win_rate": rate,
            "low": low,
            "high": high,
        }
        write_json(body | {"verdict": verdict})
    else:
        write_answer(
            f"the steered answer was picked {rate:.0%} of {len(decided)} times "
            f"[{low:.0%}, {high:.0%}]: {verdict}"
        )


def _outcome(duel: Duel, key: str | None) -> float | None:
    """1, ½ or 0 for the steered answer; None without a decision."""
    from ...core.picks import OUTCOMES

    verdict = duel.verdict(key) if key else "skip"  # type: ignore[arg-type]
    return OUTCOMES[verdict][0] if verdict in OUTCOMES else None


def _by_program(
    session: Session, questions: list[str], program: str, timeout: float | None
) -> list[float | None]:
    from ...session.judge import JudgeProcess, JudgeStoppedError, ask_judge

    found, stop = [], session.engine.stop
    with JudgeProcess(program, timeout, stop) as judge, interruptible(stop):
        for question in questions:
            duel = session.finish_duel(session.prepare_duel_against_plain(question))
            if not duel.complete:
                raise KeyboardInterrupt
            try:
                key = ask_judge(duel, judge)
            except JudgeStoppedError:
                raise KeyboardInterrupt from None
            found.append(_outcome(duel, key))
    return found


def _by_user(session: Session, questions: list[str]) -> list[float | None]:
    """The user's outcomes. If they stop early, those so far count."""
    from ..terminal.duel import ask_verdict, stream_duel

    found: list[float | None] = []
    console = stderr_console()
    for n, question in enumerate(questions, 1):
        note(f"{n} of {len(questions)}: {question}")
        duel = session.prepare_duel_against_plain(question)
        key = stream_duel(session, duel, console)
        if not duel.complete:
            break
        if key is None:
            key, _ = ask_verdict(session, duel, console)
        if key is None:
            break
        found.append(_outcome(duel, None if key == "r" else key))
    return found
