"""Judges: a program that decides duels, and how it may fail."""

from __future__ import annotations

import os
import shlex
import sys
import threading
import time
from pathlib import Path

import pytest

from tpop_cli.errors import BadDataError, NoInputError, TpopError, UsageError
from tpop_cli.session.judge import JudgeProcess, JudgeStoppedError, ask_judge
from tpop_cli.store.profile import Profile

from .sessions import CHAT, session
from .test_duel import duel


def judge(
    code: str, timeout: float | None = None, stop: threading.Event | None = None
) -> JudgeProcess:
    return JudgeProcess(shlex.join([sys.executable, "-c", code]), timeout, stop)


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


SILENT = {
    "reads nothing": "import time; time.sleep(60)",
    "answers nothing": "import sys, time; sys.stdin.read(); time.sleep(60)",
    "half a line": "import sys, time; print(end='1', flush=True); time.sleep(60)",
    "ignores SIGTERM": "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)",
}
LONG = "words " * 50_000  # more than a pipe holds


@pytest.mark.parametrize("kind", SILENT)
def test_the_stop_flag_ends_the_wait_for_a_judge(kind: str) -> None:
    stop = threading.Event()
    with judge(SILENT[kind], stop=stop) as process:
        threading.Timer(0.3, stop.set).start()
        with pytest.raises(JudgeStoppedError):
            process.decide(LONG, ["a", "b"])
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 0.3
    assert process._process.poll() is not None


@pytest.mark.parametrize("kind", SILENT)
def test_a_time_limit_ends_a_judge(kind: str) -> None:
    start = time.monotonic()
    with (
        pytest.raises(TpopError, match=r"no answer within 0\.3 s"),
        judge(SILENT[kind], timeout=0.3) as process,
    ):
        process.decide(LONG, ["a", "b"])
    assert 0.3 <= time.monotonic() - start < 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups")
def test_what_a_judge_started_ends_with_it() -> None:
    children = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
    with pytest.raises(BadDataError) as told, judge(children) as process:
        process.decide("Why?", ["a", "b"])
    child = int(told.value.message.split("'")[1])
    end = time.monotonic() + 5
    while time.monotonic() < end and os.path.exists(f"/proc/{child}"):  # noqa: PTH110
        time.sleep(0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_judge_may_finish_its_work_after_the_last_duel(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        f"print(input() and 1, flush=True); import time; time.sleep(0.3); open({str(log)!r}, 'w')"
    )
    with judge(code) as process:
        assert process.decide("Why?", ["a", "b"]) == "1"
    assert log.exists()
