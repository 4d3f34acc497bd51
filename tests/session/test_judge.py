"""Judges: a program that decides duels, and how it may fail."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tpop_cli.errors import BadDataError, NoInputError, TpopError, UsageError
from tpop_cli.session.judge import JudgeProcess, ask_judge
from tpop_cli.store.profile import Profile

from .sessions import CHAT, session
from .test_duel import duel


def judge(code: str) -> JudgeProcess:
    return JudgeProcess(shlex.join([sys.executable, "-c", code]))


FIRST_HAS_A = """
import sys, json
for line in sys.stdin:
    asked = json.loads(line)
    print("1" if asked == {"prompt": "Why?", "candidates": ["No.", "Yes."]} else "x", flush=True)
"""


def test_a_judge_sees_the_prompt_and_both_answers_in_the_order_shown() -> None:
    with judge(FIRST_HAS_A) as process:
        assert ask_judge(duel("explore", "Yes.", "No."), process) == "1"
        assert ask_judge(duel("exploit", "Yes.", "No."), process) == "x"


@pytest.mark.parametrize(
    ("code", "error", "match"),
    [
        ("pass", TpopError, "ended before"),
        ("input(); print('both!')", BadDataError, "both!"),
        ("import sys; sys.exit(3)", TpopError, "ended before"),
    ],
)
def test_a_judge_that_fails_is_an_error_and_nothing_is_learned(
    code: str, error: type[Exception], match: str
) -> None:
    work = session()
    with judge(code) as bad, pytest.raises(error, match=match):
        work.pick(found := work.duel(CHAT), ask_judge(found, bad))
    assert Profile("work").n_picks == 0


def test_judges_that_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="empty"):
        JudgeProcess("  ")
    with pytest.raises(UsageError, match="quot"):
        JudgeProcess("python 'x")
    with pytest.raises(NoInputError, match="cannot start"):
        JudgeProcess(str(tmp_path / "nobody"))
