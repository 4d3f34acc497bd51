"""tpop ask: answer one prompt, or a file of prompts."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import TpopError, UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..answer_json import answer_report, duel_report
from ..console import note, on_terminal, stderr_console, write_answer, write_json
from ..inputs import read_prompts, whole_prompt
from ..open_session import open_profile, open_session
from ..process import command, interruptible

if TYPE_CHECKING:
    from ...core.picks import Verdict
    from ...decoding.arm import Arm
    from ...session.duel import Duel
    from ...session.session import Session


class PickBy(str, Enum):
    """Who picks the better answer."""

    ask = "ask"
    auto = "auto"
    judge = "judge"


@command
@opt.with_options(LOADING, ANSWERS)
def ask(
    prompt: Annotated[
        str | None, typer.Argument(help="The prompt; stdin is appended to it.")
    ] = None,
    profile: opt.ProfileOption = None,
    pick: Annotated[
        PickBy | None,
        typer.Option(
            help="ask: show two answers and ask you, as --ask says. auto: print one answer, "
            "steered by your taste, and learn nothing. judge: let a program pick.",
            show_default="ask on a terminal, else auto",
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option("--judge", help="Program that picks; see `tpop teach --help`.", metavar="CMD"),
    ] = None,
    judge_timeout: opt.JudgeTimeoutOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per prompt.")
    ] = False,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            help="File of prompts, one per line, or JSONL with `prompt`; - is stdin. Prints JSONL.",
            metavar="FILE",
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            help="File with a template of the prompt: {prompt} and {stdin} are replaced.",
            metavar="FILE",
        ),
    ] = None,
    stdin: Annotated[
        bool | None,
        typer.Option(
            "--stdin/--no-stdin",
            help="Read stdin to its end, or do not read it.",
            show_default="read what is piped to this command",
        ),
    ] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Neither steer the answer nor learn.")
    ] = False,
    when: opt.AskOption = None,
    reward: opt.RewardOption = None,
    rebuild: opt.RebuildOption = False,
    *,
    options: opt.Options,
) -> None:
    """Ask one question.

    On a terminal tpop writes two answers at once and you pick one; the next answers follow your
    taste. In scripts, `--pick auto` prints one answer that follows what the profile has learned,
    and learns nothing.
    """
    from ...store.config import resolve

    how = _who_picks(pick, judge, input_file, plain)
    prompts = read_prompts(input_file) if input_file else [whole_prompt(prompt, template, stdin)]
    chosen = None if plain else open_profile(profile)
    when_to_ask = resolve("ask", when)
    with open_session(options, chosen, "ask", reward, rebuild) as session:
        if how is PickBy.auto and input_file:
            _answer_many(session, prompts)
        elif how is PickBy.auto:
            _answer_one(session, prompts[0], as_json)
        elif how is PickBy.ask and _one_is_enough(session, when_to_ask):
            _answer_one(session, prompts[0], as_json)
            if when_to_ask == "auto":
                _count_single(session)
        elif how is PickBy.judge:
            assert judge is not None
            with_json = as_json or bool(input_file)
            _answer_by_judge(session, prompts, judge, judge_timeout, with_json)
        else:
            _answer_by_user(session, prompts[0], as_json)


def _one_is_enough(session: Session, when: str) -> bool:
    """Whether to show a single answer: a pick is not wanted, or would teach too little."""
    return when == "never" or (when == "auto" and not session.should_ask())


def _count_single(session: Session) -> None:
    """Say why there was a single answer, and count it. Failing to save the count is no error."""
    assert session.profile is not None
    note("one answer: your taste is clear enough here · --ask always shows two")
    try:
        session.profile.count_single()
    except TpopError as error:
        note(f"not saved: {error.message}")


# -- ways to pick ------------------------------------------------------------------------------


def _answer_one(session: Session, prompt: str, as_json: bool) -> None:
    """Print the exploit arm's answer while it is decoded."""
    shown, arm = 0, None
    start = time.perf_counter()
    with interruptible(session.engine.stop):
        for arm in session.answer_steps(prompt):
            if not as_json:
                write_answer(arm.answer[shown:], end="")
                shown = len(arm.answer)
    if arm is None:
        raise KeyboardInterrupt
    if as_json:
        report = answer_report(session, prompt, arm, time.perf_counter() - start)
        write_json(report)
    else:
        write_answer("")
    if arm.finish_reason == "interrupted":
        raise KeyboardInterrupt
    _note_if_empty(arm)


def _answer_many(session: Session, prompts: list[str]) -> None:
    """Print one line of JSON per prompt, in order. Many prompts are decoded in one batch."""
    from rich.progress import track

    console = stderr_console()
    start = time.perf_counter()
    with interruptible(session.engine.stop) as stop:
        answers = session.answer_many(prompts)
        for prompt, arm in track(
            zip(prompts, answers, strict=False),
            "answering",
            total=len(prompts),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        ):
            report = answer_report(session, prompt, arm, time.perf_counter() - start)
            write_json(report)
            _note_if_empty(arm, f"{prompt.strip()[:40]!r}: ")
        if stop.is_set():
            raise KeyboardInterrupt


def _answer_by_judge(
    session: Session, prompts: list[str], program: str, timeout: float | None, as_json: bool
) -> None:
    """Let a program decide duels, and print the answers that it picked."""
    from ...session.judge import JudgeProcess, JudgeStoppedError, ask_judge

    stop = session.engine.stop
    with JudgeProcess(program, timeout, stop) as judge:
        for prompt in prompts:
            start = time.perf_counter()
            with interruptible(stop):
                duel = session.duel(prompt)
                if not duel.complete:
                    raise KeyboardInterrupt
                try:
                    verdict = duel.verdict(ask_judge(duel, judge))
                except JudgeStoppedError:
                    raise KeyboardInterrupt from None
            try:
                session.learn(duel, verdict)
            finally:  # an answer is printed even if its pick cannot be saved
                _write_chosen(session, prompt, duel, verdict, start, as_json)
                _note_if_empty(duel.chosen(verdict))


def _note_if_empty(arm: Arm, prefix: str = "") -> None:
    """Say on stderr why an answer is empty, if it is."""
    if arm.why_empty:
        note(f"{prefix}the answer is empty: {arm.why_empty}")


def _answer_by_user(session: Session, prompt: str, as_json: bool) -> None:
    """Show a duel, ask which answer is better, learn, and print the winner."""
    from ..terminal.duel import Outcome, interactive_duel

    start = time.perf_counter()
    result = interactive_duel(session, session.messages(prompt), stderr_console())
    if result.outcome is Outcome.stopped:
        raise KeyboardInterrupt
    _write_chosen(session, prompt, result.duel, result.verdict, start, as_json)
    for line in result.notes:
        note(line)
    if result.unsaved:
        raise result.unsaved


def _write_chosen(
    session: Session, prompt: str, duel: Duel, verdict: Verdict, start: float, as_json: bool
) -> None:
    """Print the answer that a duel's verdict chose."""
    arm = duel.chosen(verdict)
    if as_json:
        report = answer_report(session, prompt, arm, time.perf_counter() - start)
        write_json(report | duel_report(duel, verdict))
    else:
        write_answer(arm.answer)


# -- who picks ---------------------------------------------------------------------------------


def _who_picks(
    pick: PickBy | None, judge: str | None, input_file: str | None, plain: bool
) -> PickBy:
    terminal = on_terminal()
    if pick is None:
        pick = (
            PickBy.judge
            if judge
            else PickBy.auto
            if plain or input_file or not terminal
            else PickBy.ask
        )
    if pick is PickBy.judge and judge is None:
        raise UsageError("--pick judge needs --judge CMD", "see: tpop teach --help")
    if pick is not PickBy.judge and judge is not None:
        raise UsageError(f"--judge cannot be combined with --pick {pick.value}", "omit --pick")
    if plain and pick is not PickBy.auto:
        raise UsageError("--plain gives a single answer: there is nothing to pick", "omit --pick")
    if pick is PickBy.ask and not terminal:
        raise UsageError(
            "--pick ask needs a terminal", "use --pick auto, or --pick judge --judge CMD"
        )
    if pick is PickBy.ask and input_file:
        raise UsageError(
            "--input cannot be combined with --pick ask",
            "use --pick auto, or --pick judge --judge CMD",
        )
    return pick
