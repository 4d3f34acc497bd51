"""tpop ask: one question, or a file of them."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import BadDataError, NoInputError, TpopError, UsageError
from . import options as opt
from .runtime import (
    command,
    interruptible,
    note,
    open_profile,
    open_turns,
    stderr_console,
    write_answer,
)

if TYPE_CHECKING:
    from ..turn import Turns


class PickBy(str, Enum):
    """Who picks."""

    ask = "ask"
    auto = "auto"
    judge = "judge"


@command
@opt.with_decoding_options
def ask(
    prompt: Annotated[str | None, typer.Argument(help="The question; stdin is added to it.")] = None,
    profile: opt.ProfileOption = None,
    pick: Annotated[
        PickBy | None,
        typer.Option(
            help="ask: show two candidates and ask you, when --ask says so. auto: print the exploit arm's answer, "
            "learn nothing. judge: let a program pick.",
            show_default="ask on a terminal, else auto",
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="The program that picks: see `tpop teach --help`.", metavar="CMD"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a prompt.")] = False,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            help="Many prompts: one a line, or JSONL with `prompt`; - is stdin. Prints JSONL.",
            metavar="FILE",
        ),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="The model as it is: steer nothing, learn nothing.")] = False,
    when: opt.AskOption = opt.Ask.auto,
    reward: opt.RewardOption = opt.Reward.axes,
    rebuild: opt.RebuildOption = False,
    *,
    decoding: opt.DecodingOptions,
) -> None:
    """Ask one question.

    On a terminal two candidates are written at once and you pick one; the next answer follows your pick. In
    scripts, `--pick auto` prints one answer, steered by what the profile has learned, and learns nothing.
    """
    how = _who_picks(pick, judge, input_file, plain)
    prompts = read_prompts(input_file) if input_file else [_read_prompt(prompt)]
    chosen = None if plain else open_profile(profile)
    with open_turns(decoding, chosen, "ask", reward, rebuild) as turns:
        if how is PickBy.auto and input_file:
            _answer_many(turns, prompts)
        elif how is PickBy.auto:
            _answer_one(turns, prompts[0], as_json)
        elif how is PickBy.ask and when is not opt.Ask.always and (when is opt.Ask.never or not turns.should_ask()):
            _answer_one(turns, prompts[0], as_json)
            if when is opt.Ask.auto:
                _count_single(turns)
        elif how is PickBy.judge:
            assert judge is not None
            _judged(turns, prompts, judge, as_json or bool(input_file))
        else:
            _asked(turns, prompts[0], as_json)


def _count_single(turns: Turns) -> None:
    """Say why there was one answer, and count it; the answer is the user's even where that cannot be saved."""
    assert turns.profile is not None
    note("one answer: your taste is clear enough here · --ask always shows two")
    try:
        turns.profile.count_single()
    except TpopError as error:
        note(f"not saved: {error.message}")


# -- the ways to pick ------------------------------------------------------------------------------------


def _answer_one(turns: Turns, prompt: str, as_json: bool) -> None:
    """Print the exploit arm's answer, as it is written."""
    shown = 0

    def on_step(arms: Any) -> None:
        nonlocal shown
        write_answer(arms[0].text[shown:], end="")
        shown = len(arms[0].text)

    start = time.perf_counter()
    with interruptible(turns.engine.stop):
        arm, strengths = turns.answer(_chat(prompt), None if as_json else on_step)
    if arm is None:
        raise KeyboardInterrupt
    if as_json:
        write_answer(
            json.dumps(_report(turns, prompt, arm, strengths, time.perf_counter() - start), ensure_ascii=False)
        )
    else:
        write_answer("")
    if arm.finish_reason == "interrupted":
        raise KeyboardInterrupt


def _answer_many(turns: Turns, prompts: list[str]) -> None:
    """Print a JSON line a prompt, in order; many prompts are decoded in one batch."""
    from rich.progress import track

    console = stderr_console()
    start = time.perf_counter()
    with interruptible(turns.engine.stop) as stop:
        answers = turns.answer_many([_chat(prompt) for prompt in prompts])
        for prompt, (arm, strengths) in track(
            zip(prompts, answers, strict=False),
            "answering",
            total=len(prompts),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ):
            report = _report(turns, prompt, arm, strengths, time.perf_counter() - start)
            write_answer(json.dumps(report, ensure_ascii=False))
        if stop.is_set():
            raise KeyboardInterrupt


def _judged(turns: Turns, prompts: list[str], judge_command: str, as_json: bool) -> None:
    """Duels that a program decides; the answers it picked go to stdout."""
    from ..judge import Judge
    from ..teach import judged_duel

    with Judge(judge_command) as judge:
        for prompt in prompts:
            start = time.perf_counter()
            with interruptible(turns.engine.stop):
                duel = turns.duel(_chat(prompt))
            if not duel.complete:
                raise KeyboardInterrupt
            pick = judged_duel(turns, duel, judge)
            arm = duel.chosen(pick.verdict)
            if as_json:
                strengths = duel.strengths[duel.arms.index(arm)]
                report = _report(turns, prompt, arm, strengths, time.perf_counter() - start)
                report |= _duel_report(duel, pick.verdict)
                write_answer(json.dumps(report, ensure_ascii=False))
            else:
                write_answer(arm.text)


def _asked(turns: Turns, prompt: str, as_json: bool) -> None:
    """Show the duel, ask, learn, and print the winner."""
    from .duelling import Outcome, interactive_duel

    start = time.perf_counter()
    result = interactive_duel(turns, _chat(prompt), stderr_console())
    if result.outcome is Outcome.stopped:
        raise KeyboardInterrupt
    arm = result.duel.chosen(result.verdict)
    if as_json:
        strengths = result.duel.strengths[result.duel.arms.index(arm)]
        report = _report(turns, prompt, arm, strengths, time.perf_counter() - start)
        write_answer(json.dumps(report | _duel_report(result.duel, result.verdict), ensure_ascii=False))
    else:
        write_answer(arm.text)
    for line in result.notes:
        note(line)


# -- input and output ------------------------------------------------------------------------------------


def _who_picks(pick: PickBy | None, judge: str | None, input_file: str | None, plain: bool) -> PickBy:
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if pick is None:
        pick = PickBy.judge if judge else PickBy.auto if plain or input_file or not terminal else PickBy.ask
    if (pick is PickBy.judge) != (judge is not None):
        raise UsageError("--pick judge and --judge CMD go together", "see: tpop teach --help")
    if plain and pick is not PickBy.auto:
        raise UsageError("--plain shows a single answer: nothing to pick", "leave out --pick")
    if pick is PickBy.ask and not terminal:
        raise UsageError("--pick ask needs a terminal", "use --pick auto, or --pick judge --judge CMD")
    if pick is PickBy.ask and input_file:
        raise UsageError("--input has nobody to ask", "use --pick auto, or --pick judge --judge CMD")
    return pick


def _chat(prompt: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": prompt}]


def _read_prompt(argument: str | None) -> str:
    """The prompt: the argument, and what is piped in behind it."""
    parts = [argument.strip()] if argument and argument.strip() else []
    if _piped():
        piped = sys.stdin.buffer.read().decode("utf-8", "replace").strip()
        parts += [piped] if piped else []
    if not parts:
        raise UsageError("there is no question", 'tpop ask "Why is the sky blue?"')
    return "\n\n".join(parts).encode("utf-8", "replace").decode("utf-8")


def _piped() -> bool:
    """Whether stdin is a pipe or a file. Another thing that is no terminal may never end."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError, AttributeError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode)


def read_prompts(name: str) -> list[str]:
    """The prompts of a file: one a line, or JSON objects with `prompt`; blank lines are passed over.

    Raises:
        NoInputError: the file cannot be read.
        BadDataError: it holds no prompt, or a JSON line without one.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise NoInputError(f"cannot read {name}: {error.strerror}", "check the file's name") from None
    prompts = list(_parse_prompts(data.decode("utf-8-sig", "replace"), name))
    if not prompts:
        raise BadDataError(f"{name} holds no prompt", "write one a line, or JSONL with `prompt`")
    return prompts


def _parse_prompts(text: str, name: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if not line.lstrip().startswith("{"):
            yield line.strip()
            continue
        try:
            found = json.loads(line)["prompt"]
        except (ValueError, KeyError, TypeError, RecursionError):
            found = None
        if not isinstance(found, str) or not found.strip():
            raise BadDataError(f"{name}, line {number}: no JSON object with a `prompt`", "mend the line")
        yield found.strip()


def _report(turns: Turns, prompt: str, arm: Any, strengths: dict[str, float], seconds: float) -> dict[str, Any]:
    """The --json object of an answer."""
    return {
        "prompt": prompt,
        "answer": arm.text,
        "profile": turns.profile.name if turns.profile else None,
        "model": Path(turns.engine.info.path).stem,
        "seed": turns.options.seed,
        "finish_reason": arm.finish_reason,
        "strengths": strengths,
        "tokens": {"prompt": max(map(len, arm.plan.prompts)), "answer": len(arm.tokens)},
        "timings": {"seconds": round(seconds, 3)},
    }


def _duel_report(duel: Any, verdict: str) -> dict[str, Any]:
    """What --json adds when there were two candidates."""
    return {
        "candidates": [
            {"arm": name, "text": arm.text, "strengths": strengths, "finish_reason": arm.finish_reason}
            for name, arm, strengths in zip(("exploit", "explore"), duel.arms, duel.strengths, strict=True)
        ],
        "left": duel.left,
        "verdict": verdict,
        "predicted": round(duel.predicted, 4),
    }
