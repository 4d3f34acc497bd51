"""Judges decide duels in place of the user: a program (`--judge CMD`), or any object with `decide`.

A judge program runs once for all duels. For each duel it reads one line of JSON from stdin,
{"prompt": str, "candidates": [str, str]}, and writes one line: 1, 2, = (tie), x (both bad) or
s (skip). It is never told which arm a candidate is.
"""

from __future__ import annotations

import json
import os
import queue
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol, get_args

from ..errors import BadDataError, NoInputError, TpopError, UsageError
from .duel import Duel, Key

_POLL_SECONDS = 0.03  # between two looks at the stop flag
_LINE = 1000  # the most characters that are read of an answer
_SECONDS_TO_END = 5.0  # for a judge to end by itself after its last duel
_SECONDS_TO_STOP = 0.1  # between SIGTERM and SIGKILL when it is interrupted


class JudgeStoppedError(Exception):
    """The stop flag was set before the judge had answered."""


class Judge(Protocol):
    """Decides duels."""

    def decide(self, prompt: str, candidates: Sequence[str]) -> Key:
        """The verdict about two texts, in the order in which they are given."""


def ask_judge(duel: Duel, judge: Judge) -> Key:
    """A judge's verdict about a complete duel, in the order in which it would be shown.

    A duel of two empty answers is skipped, without asking.
    """
    if duel.is_empty:
        return "s"
    return judge.decide(duel.prompt, duel.answers)


class JudgeProcess:
    """A `Judge` that is a running program. Use it in a `with` statement.

    The program runs in a process group of its own. The group is ended when the `with` block is
    left by an exception or with `stop` set; else the program may end by itself first.

    Args:
        command: as typed; split into words as a POSIX shell does, but run without a shell.
        timeout: seconds that it may take for a duel; None: any time.
        stop: ends the wait for an answer when it is set, such as an engine's stop flag.

    Raises:
        UsageError: the command is empty or its quotes do not match.
        NoInputError: there is no such program.
    """

    def __init__(
        self, command: str, timeout: float | None = None, stop: threading.Event | None = None
    ) -> None:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UsageError(
                f"cannot read the judge's command: {error}", "check its quotes"
            ) from None
        if not words:
            raise UsageError("the judge's command is empty", '--judge "python my_judge.py"')
        self._timeout, self._stop = timeout, stop or threading.Event()
        try:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                bufsize=1,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise NoInputError(
                f"cannot start the judge {words[0]}: {reason}",
                "check the command given to --judge",
            ) from None
        # On a thread, because writing to a program and reading from it may block without end.
        self._questions: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._exchange, name="judge", daemon=True)
        self._thread.start()

    def __enter__(self) -> JudgeProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._let_it_end()
        finally:
            self._end()

    def decide(self, prompt: str, candidates: Sequence[str]) -> Key:
        """See `Judge.decide`.

        Raises:
            JudgeStoppedError: the stop flag was set before there was an answer.
            TpopError: the program ended, or took longer than its time limit.
            BadDataError: it answered something other than 1, 2, =, x or s.
        """
        question = {"prompt": prompt, "candidates": list(candidates)}
        self._questions.put(json.dumps(question, ensure_ascii=True) + "\n")
        answer = self._wait_for_answer()
        if not answer:
            with suppress(subprocess.TimeoutExpired):  # it may close its pipes before it ends
                self._process.wait(timeout=_SECONDS_TO_STOP)
            raise TpopError(
                f"the judge ended before it answered (exit code {self._process.poll()})",
                "run it by hand on one line of JSON",
            )
        key = answer.strip()
        if key not in get_args(Key):
            raise BadDataError(
                f"the judge answered {key[:40]!r}",
                "it must answer one of: 1 2 = x s, one line a duel",
            )
        return key  # type: ignore[return-value]

    def _exchange(self) -> None:
        """On the thread: write each question and read its answer; empty if the program ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        while question := self._questions.get():
            try:
                self._process.stdin.write(question)
                self._process.stdin.flush()
                answer = self._process.stdout.readline(_LINE)
            except (OSError, ValueError):
                answer = ""
            self._answers.put(answer)
        with suppress(OSError):
            self._process.stdin.close()

    def _wait_for_answer(self) -> str:
        end = None if self._timeout is None else time.monotonic() + self._timeout
        while not self._stop.is_set():
            left = _POLL_SECONDS if end is None else min(_POLL_SECONDS, end - time.monotonic())
            if left <= 0:
                self._end()
                raise TpopError(
                    f"the judge gave no answer within {self._timeout:g} s",
                    "allow more with --judge-timeout",
                )
            with suppress(queue.Empty):
                return self._answers.get(timeout=left)
        raise JudgeStoppedError

    def _let_it_end(self) -> None:
        """Close the program's stdin and wait for a while until it ends."""
        self._questions.put("")
        end = time.monotonic() + _SECONDS_TO_END
        while self._process.poll() is None and not self._stop.is_set() and time.monotonic() < end:
            time.sleep(_POLL_SECONDS / 3)

    def _end(self) -> None:
        """End the program, and everything that it started, if it still runs."""
        self._questions.put("")
        if self._process.poll() is None:
            self._signal("SIGTERM")
            end = time.monotonic() + _SECONDS_TO_STOP
            while self._process.poll() is None and time.monotonic() < end:
                time.sleep(0.005)
            self._signal("SIGKILL")
            self._process.wait()
        self._thread.join(_SECONDS_TO_STOP)
        # Closing a pipe that the thread still reads would block: a process outside of the group
        # may hold its other end.
        if not self._thread.is_alive() and self._process.stdout is not None:
            self._process.stdout.close()

    def _signal(self, name: str) -> None:
        """Send a signal to the process group; where there is none, end the process."""
        if sys.platform == "win32":
            self._process.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, getattr(signal, name))
