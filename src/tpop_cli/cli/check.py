"""tpop check and tpop taste compare: does it help, and what does it change?"""

from __future__ import annotations

import json
import random
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import NoInputError, UsageError
from . import options as opt
from .opening import open_profile, open_turns
from .runtime import command, interruptible, note, on_terminal, stderr_console, stdout_console, write_answer

if TYPE_CHECKING:
    from ..duel import Duel
    from ..turn import Turns

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

    from ..ui.duel import DuelView, Side

    chosen = open_profile(profile)
    with open_turns(decoding, chosen, "compare") as turns:
        with interruptible(turns.engine.stop), stderr_console().status("writing both", spinner="dots"):
            duel = turns.against_plain(turns.asked(prompt), left="explore")
        if not duel.complete:
            raise KeyboardInterrupt
        steered, plain = (arm.answer for arm in duel.arms)
        if as_json:
            body = {"prompt": prompt, "plain": plain, "steered": steered, "strengths": duel.strengths[0]}
            write_answer(json.dumps(body | {"seed": turns.options.seed}, ensure_ascii=False))
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
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs, of your own past questions.")] = 10,
    judge: Annotated[
        str | None, typer.Option("--judge", help="A program that decides in your place.", metavar="CMD")
    ] = None,
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Does it help? Blind pairs of a steered and a plain answer to your own past questions. Nothing is learned.

    Says how often you took the steered one, with its 95% interval; "no measurable benefit" where that holds one half.
    """
    from ..core.rates import wilson

    if judge is None and not on_terminal():
        raise UsageError("tpop check needs a terminal", "let a program decide: --judge CMD")
    chosen = open_profile(profile)
    questions = list(dict.fromkeys(pick.prompt for pick in chosen.picks() if pick.has_texts))
    if not questions:
        raise NoInputError(f"profile {chosen.name} holds no questions yet", "pick some answers first: tpop chat")
    with open_turns(decoding, chosen, "check") as turns:
        if not turns.exploit_strengths():
            note("nothing is steered yet: there is nothing to check")
            return
        asked = random.Random(turns.options.seed).sample(questions, min(pairs, len(questions)))
        outcomes = _by_program(turns, asked, judge) if judge else _by_user(turns, asked)
    decided = [outcome for outcome in outcomes if outcome is not None]
    low, high = wilson(sum(decided), len(decided))
    rate = sum(decided) / len(decided) if decided else 0.5
    verdict = "your taste helps" if low > 0.5 else "your taste harms" if high < 0.5 else "no measurable benefit"
    if as_json:
        body = {"pairs": len(asked), "decided": len(decided), "win_rate": rate, "low": low, "high": high}
        write_answer(json.dumps(body | {"verdict": verdict}))
    else:
        write_answer(
            f"the steered answer was taken {rate:.0%} of {len(decided)} times [{low:.0%}, {high:.0%}]: {verdict}"
        )


def _outcome(duel: Duel, key: str | None) -> float | None:
    """1, ½ or 0 for the steered answer; None where nothing was decided."""
    from ..core.picks import EVIDENCE

    verdict = duel.verdict(key) if key else "skip"  # type: ignore[arg-type]
    return EVIDENCE[verdict][0] if verdict in EVIDENCE else None


def _by_program(turns: Turns, questions: list[str], program: str) -> list[float | None]:
    from ..judge import Judge
    from ..teach import key_of

    found = []
    with Judge(program) as judge, interruptible(turns.engine.stop):
        for question in questions:
            duel = turns.against_plain(turns.asked(question))
            if not duel.complete:
                raise KeyboardInterrupt
            found.append(_outcome(duel, key_of(duel, judge)))
    return found


def _by_user(turns: Turns, questions: list[str]) -> list[float | None]:
    """Until the user stops; what was decided until then counts."""
    from .duelling import ask_verdict, stream_duel

    found: list[float | None] = []
    console = stderr_console()
    for n, question in enumerate(questions, 1):
        note(f"{n} of {len(questions)}: {question}")
        duel, key = stream_duel(turns, partial(turns.against_plain, turns.asked(question)), console)
        if not duel.complete:
            break
        if key is None:
            key, _ = ask_verdict(turns, duel, console)
        if key is None:
            break
        found.append(_outcome(duel, None if key == "r" else key))
    return found
