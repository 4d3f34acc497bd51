"""tpop taste: say how answers should be, take it back, and see what your taste changes."""

from __future__ import annotations

from typing import Annotated

import typer

from ...errors import UsageError
from ...settings import ANSWERS, LOADING
from .. import options as opt
from ..completion import complete_said, complete_style
from ..console import note, stderr_console, stdout_console, write_answer, write_json
from ..open_session import open_profile, open_session
from ..process import command, interruptible

app = typer.Typer(
    help="Say how answers should be, and show what your taste changes.", no_args_is_help=True
)


@app.command("set")
@command
def set_(
    words: Annotated[
        list[str],
        typer.Argument(
            help="A style (brief, a little formal), an axis with a strength from -1 to 1 "
            '(length=-0.5), or your own words ("no emojis").',
            autocompletion=complete_style,
            show_default=False,
        ),
    ],
    own: Annotated[
        bool, typer.Option("--words", help="Take it as your own words, even the name of a style.")
    ] = False,
    profile: opt.ProfileOption = None,
) -> None:
    """Say how every answer should be. Picks never change it, and duels try nothing against it.

    `tpop axes list` shows the styles. A positive strength is the first style of an axis, a negative
    one the second, and 0 leaves the axis alone.
    """
    from ...core.describe import said_words

    chosen = open_profile(profile)
    new = said_words(chosen.say(*words, wish=own), chosen.axes)
    note(f"every answer is now: {', '.join(new)}")
    everything = said_words(chosen.said, chosen.axes)
    if len(everything) > len(new):
        note(f"you have said: {', '.join(everything)}")


@app.command()
@command
def clear(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="An axis, a style, your own words, or their number in `tpop profile show`.",
            autocompletion=complete_said,
            show_default=False,
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Take back everything that you said.")
    ] = False,
    profile: opt.ProfileOption = None,
) -> None:
    """Take back what you said. From then on your picks decide again."""
    from ...core.describe import said_words

    if bool(names) == everything:
        raise UsageError("name what to take back, or --all", "see: tpop profile show")
    chosen = open_profile(profile)
    if everything and not chosen.said:
        note("nothing is said: there is nothing to take back")
        return
    gone = said_words(chosen.unsay(*(names or ())), chosen.axes)
    note(f"taken back: {', '.join(gone)}")


@app.command()
@command
@opt.with_options(LOADING, ANSWERS)
def compare(
    prompt: Annotated[str, typer.Argument(help="The prompt.")],
    profile: opt.ProfileOption = None,
    as_json: opt.JsonOption = False,
    *,
    options: opt.Options,
) -> None:
    """Show the plain answer and the one that your taste steers. Nothing is learned.

    Both have the same seed. Below them are their largest differences in words.
    """
    import sys

    from ...core.differences import differences
    from ...ui.duel import DuelView, Side

    chosen = open_profile(profile)
    with open_session(options, chosen, "compare") as session:
        with (
            interruptible(session.engine.stop),
            stderr_console().status("writing both", spinner="dots"),
        ):
            duel = session.finish_duel(session.prepare_duel_against_plain(prompt, left="explore"))
        if not duel.complete:
            raise KeyboardInterrupt
        steered, plain = (arm.answer for arm in duel.arms)
        found = differences(plain, steered)
        words = " · ".join(one.words for one in found) or "no difference in what is measured"
        if as_json:
            body = {
                "prompt": prompt,
                "plain": plain,
                "steered": steered,
                "strengths": duel.strengths[0],
                "said": list(chosen.said.on(chosen.axes)),
                "differences": [
                    {
                        "feature": one.feature,
                        "spreads": round(one.spreads, 3),
                        "words": one.words,
                    }
                    for one in found
                ],
            }
            write_json(body | {"seed": session.options.seed})
        elif sys.stdout.isatty():
            sides = (Side(plain, True), Side(steered, True))
            console = stdout_console()
            console.print(DuelView(sides, titles=("plain", f"your taste ({chosen.name})")))
            console.print(f"your taste made it: {words}", markup=False)
        else:
            write_answer(f"plain:\n{plain}\n\nyour taste:\n{steered}\n\ndifferences: {words}")
        if not duel.strengths[0]:
            note("nothing is steered yet: both answers are the same until you pick some")
