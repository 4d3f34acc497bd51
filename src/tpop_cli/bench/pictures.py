"""Draw the pictures of the documents on the starter model.

    python -m tpop_cli.bench.pictures docs/learning.svg docs/duel.svg

The names of the files choose the pictures. Both take two or three minutes on one core.

`learning`: one question, before the first pick and after ten. A simulated user of `bench.users`
decides ten duels about the first prompts of `bench.prompts.TRAIN`. The question is one of `REPORT`,
which no duel is about. User and question were chosen because the change is easy to see; everything
else is the default, with seed 0. The win rate counts all other prompts of `REPORT`, answered by the
same model with the same seed. Answers have up to 100 tokens.

`duel`: a duel as `tpop chat` shows it, between a plain answer and a brief and warm one.
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..core.axes import AXES
from ..core.describe import AxisTaste, axis_tastes, taste_line
from ..core.picks import Pick
from ..decoding.decoder import BatchDecoder, run_to_end
from ..decoding.requests import request_arm
from ..engine.protocol import Engine, Sampling
from ..session.axes_learner import AxesLearner
from ..session.options import SessionOptions
from ..session.session import Session
from ..session.teach import teach
from ..store.profile import Profile
from ..store.response_matrices import shipped_response
from ..ui.duel import DuelView, Side, keys_line
from ..ui.taste import bar
from .prompts import REPORT, TRAIN
from .taught import UserJudge
from .user_groups import USERS

USER = USERS["short and upbeat"]
QUESTION = "How can I save energy at home?"
N_DUELS = 10
WIDTH = 100
"""Columns: at the width of GitHub's README the text is as large as the text around it."""

_MAX_TOKENS = 100  # of an answer of `learning`: both fit a screen
_DUEL_QUESTION = "What makes a good cup of coffee?"
_DUEL_WIDTH = 118  # `DuelView` puts the answers side by side

_HALF = WIDTH // 2
_BAR = 40  # columns of the bar of the win rate
_LIKED = "bold green"
_WORD = re.compile(r"[A-Za-z']+|!")
_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", "dim")}

_COLUMN, _ROW = 12.2, 24.4  # of a character in Rich's SVG
_COVER = """
    .cover { fill: #292929; opacity: 0; animation: uncover 0.5s backwards }
    @keyframes uncover { from { opacity: 1 } }
    @media (prefers-reduced-motion: reduce) { .cover { animation: none } }
"""


@dataclass(frozen=True)
class Learning:
    """What the picture shows.

    Args:
        before: the answer to the question before the first pick.
        after: the answer to the same question, with the same seed, after the last pick.
        picks: all picks, in order.
        axis: the most certain preference.
        line: what was learned, in words.
        wins: 1, ½ or 0 for each other question: whether the user prefers the taught answer.
    """

    before: str
    after: str
    picks: Sequence[Pick]
    axis: AxisTaste
    line: str
    wins: Sequence[float]


def learn(engine: Engine, folder: Path, options: SessionOptions) -> Learning:
    """Teach a new profile in `folder`, and answer the question before and after."""
    profile = Profile("taught", AXES, folder)

    def session() -> Session:
        response = shipped_response(engine.info.fingerprint)
        return Session(engine, AxesLearner(engine, profile, response=response), options)

    def answers(prompts: Sequence[str]) -> list[str]:
        """Answers of a new session, so that they have the same seeds before and after."""
        return [arm.answer for arm in session().answer_many(prompts)]

    others = [prompt for prompt in REPORT if prompt != QUESTION]
    before, plain = answers([QUESTION]), answers(others)
    teaching = session()
    teach(teaching, TRAIN, UserJudge(USER), N_DUELS)
    after, taught = answers([QUESTION]), answers(others)
    picks = profile.picks()
    return Learning(
        before[0],
        after[0],
        picks,
        axis_tastes(teaching.taste, picks)[0],
        taste_line(teaching.taste),
        [USER.prefers(*pair) for pair in zip(taught, plain, strict=True)],
    )


def draw(learning: Learning) -> tuple[RenderableType, list[float]]:
    """The picture, and when each line of its right half appears, in seconds."""
    before = _answer("before the first pick", learning.before, "cyan")
    after = _answer("after ten picks", learning.after, "green")
    parts = [(after, 0.0), *_facts(learning)]  # both answers are there from the start
    columns = Table.grid()
    columns.add_row(before, Group(*[part for part, _ in parts]))
    console = _console()
    half = console.options.update(width=_HALF)
    times = [[at] * len(console.render_lines(part, half)) for part, at in parts]
    return Group(Text("› ", "bold").append(QUESTION), columns), [0.0, *chain(*times)]


def _answer(title: str, answer: str, color: str) -> Panel:
    """An answer in a frame, with the words that the user likes in bold."""
    text = Text(answer.strip())
    for found in _WORD.finditer(text.plain):
        if USER.measure(found.group()) > 0:
            text.stylize(_LIKED, *found.span())
    return Panel(text, title=Text(title), title_align="left", border_style=color, width=_HALF)


def _facts(learning: Learning) -> Iterator[tuple[RenderableType, float]]:
    """The picks, what was learned from them, and how well it holds on other questions."""
    yield Text(), 0.0
    yield Text.assemble(" A simulated user who likes ", (f"{USER.name} words", _LIKED)), 0.0
    yield Text(), 0.0
    width = max(len(pick.prompt) for pick in learning.picks) + 1
    yield Text(f" pick {'about':{width}}predicted", "dim"), 0.0
    for n, pick in enumerate(learning.picks):
        mark, style = _MARKS[pick.predicted_correctly]
        key = (f" {_key(pick)} ", "reverse")
        yield Text.assemble(" ", key, f"  {pick.prompt:{width}}", (mark, style)), 1.0 + 0.5 * n
    yield Text(), 0.0
    axis, won, n = learning.axis, sum(learning.wins), len(learning.wins)
    yield Text(f" {learning.line}", "bold"), 6.5
    yield Text.assemble(f" {axis.away} ", bar(axis), (f" {axis.toward}", "bold")), 6.5
    yield Text(), 0.0
    filled = round(_BAR * won / n)
    yield Text(f" preferred on {won:g} of {n} other questions"), 7.5
    yield Text.assemble(" ", ("█" * filled, "green"), ("░" * (_BAR - filled), "dim")), 7.5


def _key(pick: Pick) -> str:
    """The key of a pick: it names the side that was picked, as shown."""
    if pick.winner is None:
        return {"tie": "=", "both-bad": "x", "skip": "s"}[pick.verdict]
    return "1" if pick.verdict == pick.left else "2"


def draw_duel(engine: Engine) -> RenderableType:
    """A plain answer beside a steered one, and the keys to pick one."""
    chat = [{"role": "user", "content": _DUEL_QUESTION}]
    requests = [
        request_arm(engine, chat, AXES, strengths, Sampling(), seed, 200)
        for seed, strengths in ((21, {}), (22, {"length": 1.0, "tone": 1.0}))
    ]
    arms = run_to_end(BatchDecoder(engine).steps(requests))
    first, second = (Side(arm.answer, done=True) for arm in arms)
    return Group(Text("› ", "bold").append(_DUEL_QUESTION), DuelView((first, second)), keys_line())


def _console(width: int = WIDTH) -> Console:
    return Console(record=True, width=width, file=io.StringIO(), force_terminal=True)


def to_svg(picture: RenderableType, times: Sequence[float] = (), width: int = WIDTH) -> str:
    """The picture as an SVG file that loads nothing, not even fonts.

    Args:
        picture: what to draw.
        times: when each line of the right half appears, in seconds; 0: it is always there. A
            program that plays no animation, or a reader who wants none, sees all at once.
        width: columns.
    """
    console = _console(width)
    console.print(picture, highlight=False)
    svg = re.sub(r"@font-face \{.*?\}", "", console.export_svg(title="tpop"), flags=re.DOTALL)
    covers = "".join(
        f'<rect class="cover" style="animation-delay: {at:.1f}s" x="{_HALF * _COLUMN:g}" '
        f'y="{_ROW * n + 0.5:g}" width="{_HALF * _COLUMN:g}" height="{_ROW + 2:g}"/>\n'
        for n, at in enumerate(times)
        if at
    )
    svg = svg.replace("</style>", _COVER + "</style>", 1)
    matrix, end = svg.rsplit("</g>", 1)  # the end of the group that is moved and clipped
    return f"{matrix}{covers}</g>{end}"


def main() -> None:
    """Draw the pictures that are named."""
    from ..engine.llama_engine import LlamaEngine
    from ..store.models import STARTER, find_model

    parser = argparse.ArgumentParser(description="Draw the pictures of the documents.")
    parser.add_argument("svg", type=Path, nargs="+", help="learning.svg or duel.svg, in any folder")
    files: list[Path] = parser.parse_args().svg
    for file in files:
        if file.stem not in ("learning", "duel"):
            parser.error(f"{file} is neither learning.svg nor duel.svg")
    with LlamaEngine(find_model(STARTER)) as engine:
        for file in files:
            if file.stem == "duel":
                svg = to_svg(draw_duel(engine), width=_DUEL_WIDTH)
            else:
                with tempfile.TemporaryDirectory() as folder:
                    options = SessionOptions(seed=0, max_tokens=_MAX_TOKENS, source="bench")
                    svg = to_svg(*draw(learn(engine, Path(folder), options)))
            file.write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
