"""tpop tune: a first minute that teaches."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..console import on_terminal, stdout_console
from ..inputs import read_prompts
from ..open_session import open_profile, open_session
from ..process import command


@command
@opt.with_options(LOADING, ANSWERS)
def tune(
    prompts: Annotated[
        str | None,
        typer.Option(
            "--prompts",
            help="File of your own questions, one per line, or JSONL with `prompt`.",
            metavar="FILE",
        ),
    ] = None,
    profile: opt.ProfileOption = None,
    history: opt.HistoryOption = None,
    *,
    options: opt.Options,
) -> None:
    """Teach a profile your taste with eight short duels, and see what it changes.

    The two answers of a duel are far apart, such as brief and detailed, and the next ones are
    written while you read. 1 or 2 picks, s skips, q leaves; the next tpop tune goes on from there.
    Answers have up to 80 tokens.
    """
    if not on_terminal():
        raise UsageError("tpop tune needs a terminal", "in scripts: tpop teach")
    from ...session.tuning import MAX_TOKENS, PROMPTS, SOURCE
    from ..terminal.tune import Tuning

    questions = read_prompts(prompts) if prompts else list(PROMPTS)
    if options.flags["max_tokens"] is None:
        options = options.with_flags(max_tokens=MAX_TOKENS)
    chosen = open_profile(profile)
    with open_session(options, chosen, SOURCE, "axes", history=history) as session:
        Tuning(session, stdout_console(), questions).run()
