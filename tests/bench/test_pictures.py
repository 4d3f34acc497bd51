"""The README's picture: it shows a real session, and an SVG file that loads nothing."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tpop_cli.bench.pictures import N_DUELS, QUESTION, USER, draw, learn, to_svg
from tpop_cli.bench.prompts import REPORT, TRAIN
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session

from ..fakes import FakeEngine
from ..pages import ROOT

OPTIONS = SessionOptions(max_tokens=12, seed=3)


def shown(svg: str) -> str:
    """The text of a picture, a line for each of its lines."""
    ElementTree.fromstring(svg)
    lines: dict[int, str] = {}
    for n, text in re.findall(r'line-(\d+)\)">([^<]*)</text>', svg):
        lines[int(n)] = lines.get(int(n), "") + text.replace("&#160;", " ").strip("\n")
    return "\n".join(lines[n] for n in sorted(lines))


def test_the_question_is_no_prompt_of_the_duels() -> None:
    assert QUESTION in REPORT
    assert not set(REPORT) & set(TRAIN)


def test_a_session_is_taught_and_answers_before_and_after(tmp_path: Path) -> None:
    learning = learn(FakeEngine(), tmp_path, OPTIONS)
    plain = Session(FakeEngine(), None, OPTIONS).answer(QUESTION)
    assert plain is not None
    assert learning.before == plain.answer
    assert [pick.prompt for pick in learning.picks] == list(TRAIN[:N_DUELS])
    assert len(learning.wins) == len(REPORT) - 1
    for pick in learning.picks:
        won = {1.0: "exploit", 0.0: "explore", 0.5: "tie"}
        texts = pick.exploit.text, pick.explore.text
        assert pick.verdict == (won[USER.prefers(*texts)] if any(map(str.strip, texts)) else "skip")


def test_the_picture_shows_both_answers_the_picks_and_the_win_rate(tmp_path: Path) -> None:
    learning = learn(FakeEngine(), tmp_path, OPTIONS)
    picture, times = draw(learning)
    svg = to_svg(picture, times)
    lines = shown(svg).splitlines()
    assert lines[0] == f"› {QUESTION}"
    assert "before the first pick" in lines[1]
    assert "after ten picks" in lines[1]
    for n, pick in enumerate(learning.picks):
        key = "1" if pick.verdict == pick.left else "2"
        key = {"tie": "=", "skip": "s"}.get(pick.verdict, key)
        (line,) = (line for line in lines if pick.prompt in line)
        assert line.split()[-len(pick.prompt.split()) - 2] == key
        assert times[lines.index(line)] == pytest.approx(1.0 + 0.5 * n)
    assert f"preferred on {sum(learning.wins):g} of 31 other questions" in shown(svg)
    assert svg.count('class="cover"') == sum(at > 0 for at in times)


def test_the_picture_in_the_documents_loads_nothing() -> None:
    """Drawn with: python -m tpop_cli.bench.pictures docs/learning.svg"""
    svg = (ROOT / "docs" / "learning.svg").read_text("utf-8")
    text = shown(svg)
    assert QUESTION in text
    assert all(prompt in text for prompt in TRAIN[:N_DUELS])
    assert not re.search(r"@font-face|@import|href=|url\((?!#)", svg)
    assert len(svg) < 50_000
