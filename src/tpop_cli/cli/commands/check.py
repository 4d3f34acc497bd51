"""tpop check and tpop taste compare: does it help, and what does it change?"""

from __future__ import annotations

import json
import random
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import NoInputError, UsageError
from .. import options as opt
from ..open_session import open_profile, open_session
from ..runtime import (
    command,
    interruptible,
    note,
    on_terminal,
    stderr_console,
    stdout_console,
    write_answer,
)

if TYPE_CHECKING:
    from ...session.duel import Duel
    from ...session.session import Session

app = typer.Typer(help="See what your taste changes.", no_args_is_help=True)


@app.command()
@command
@opt.with_decoding_options
def compare(
    prompt: Annotated[str, typer.Argument(help="The question.")],
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Show the plain answer and the one your taste steers, side by side, with the same seed. Nothing is learned."""
    import sys

    from ...ui.duel import DuelView, Side

    chosen = open_profile(profile)
    with open_session(decoding, chosen, "compare") as session:
        with (
            interruptible(session.engine.stop),
            stderr_console().status("writing both", spinner="dots"),
        ):
            duel = session.against_plain(session.asked(prompt), left="explore")
        if not duel.complete:
            raise KeyboardInterrupt
        steered, plain = (arm.answer for arm in duel.arms)
        if as_json:
            body = {
                "prompt": prompt,
                "plain": plain,
                "steered": steered,
                "strengths": duel.strengths[0],
            }
            write_answer(json.dumps(body | {"seed": session.options.seed}, ensure_ascii=False))
        elif sys.stdout.isatty():
            sides = (Side(plain, True), Side(steered, True))
            stdout_console().print(DuelView(sides, titles=("plain", f"your taste ({chosen.name})")))
        else:
            write_answer(f"plain:\n{plain}\n\nyour taste:\n{steered}")
        if not duel.strengths[0]:
            note("nothing is steered yet: both are the same until some picks are made")


@command
@opt.with_decoding_options
def check(
    pairs: Annotated[
        int, typer.Option(min=1, help="How many pairs, of your own past questions.")
    ] = 10,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="A program that decides in your place.", metavar="CMD"),
    ] = None,
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Does it help? Blind pairs of a steered and a plain answer to your own past questions. Nothing is learned.

    Says how often you took the steered one, with its 95% interval; "no measurable benefit" where that holds one half.
    """
    from ...core.intervals import wilson_interval

    if judge is None and not on_terminal():
        raise UsageError("tpop check needs a terminal", "let a program decide: --judge CMD")
    chosen = open_profile(profile)
    questions = list(dict.fromkeys(pick.prompt for pick in chosen.picks() if pick.has_texts))
    if not questions:
        raise NoInputError(
            f"profile {chosen.name} holds no questions yet", "pick some answers first: tpop chat"
        )
    with open_session(decoding, chosen, "check") as session:
        if not session.exploit_strengths():
            note("nothing is steered yet: there is nothing to check")
            return
        asked = random.Random(session.options.seed).sample(questions, min(pairs, len(questions)))
        outcomes = _by_program(session, asked, judge) if judge else _by_user(session, asked)
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
            "pairs": len(asked),
            "decided": len(decided),
            "win_rate": rate,
            "low": low,
            "high": high,
        }
        write_answer(json.dumps(body | {"verdict": verdict}))
    else:
        write_answer(
            f"the steered answer was taken {rate:.0%} of {len(decided)} times [{low:.0%}, {high:.0%}]: {verdict}"
        )


def _outcome(duel: Duel, key: str | None) -> float | None:
    """1, ½ or 0 for the steered answer; None where nothing was decided."""
    from ...core.picks import OUTCOMES

    verdict = duel.verdict(key) if key else "skip"  # type: ignore[arg-type]
    return OUTCOMES[verdict][0] if verdict in OUTCOMES else None


def _by_program(session: Session, questions: list[str], program: str) -> list[float | None]:
    from ...session.judge import JudgeProcess
    from ...session.teach import ask_judge

    found = []
    with JudgeProcess(program) as judge, interruptible(session.engine.stop):
        for question in questions:
            duel = session.against_plain(session.asked(question))
            if not duel.complete:
                raise KeyboardInterrupt
            found.append(_outcome(duel, ask_judge(duel, judge)))
    return found


def _by_user(session: Session, questions: list[str]) -> list[float | None]:
    """Until the user stops; what was decided until then counts."""
    from ..terminal.duel import ask_verdict, stream_duel

    found: list[float | None] = []
    console = stderr_console()
    for n, question in enumerate(questions, 1):
        note(f"{n} of {len(questions)}: {question}")
        duel, key = stream_duel(
            session, partial(session.against_plain, session.asked(question)), console
        )
        if not duel.complete:
            break
        if key is None:
            key, _ = ask_verdict(session, duel, console)
        if key is None:
            break
        found.append(_outcome(duel, None if key == "r" else key))
    return found
