"""Judges decide duels in place of the user: a program (`--judge CMD`), or any object with `decide`.

A judge program runs once for all duels. For each duel it reads one line of JSON from stdin,
{"prompt": str, "candidates": [str, str]}, and writes one line: 1, 2, = (tie), x (both bad) or
s (skip). It is never told which arm a candidate is.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Sequence
from typing import Protocol, get_args

from ..errors import BadDataError, NoInputError, TpopError, UsageError
from .duel import Duel, Key


class Judge(Protocol):
    """Decides duels."""

    def decide(self, prompt: str, candidates: Sequence[str]) -> Key:
        """The verdict about two texts, in the order in which they are given."""


def ask_judge(duel: Duel, judge: Judge) -> Key:
    """A judge's verdict about a complete duel, in the order in which it would be shown."""
    return judge.decide(duel.prompt, duel.answers)


class JudgeProcess:
    """A `Judge` that is a running program. Use it in a `with` statement.

    Args:
        command: as typed; split into words as a POSIX shell does, but run without a shell.

    Raises:
        UsageError: the command is empty or its quotes do not match.
        NoInputError: there is no such program.
    """

    def __init__(self, command: str) -> None:
        try:
            words = shlex.split(command)
        except ValueError as error:
            raise UsageError(
                f"cannot read the judge's command: {error}", "check its quotes"
            ) from None
        if not words:
            raise UsageError("the judge's command is empty", '--judge "python my_judge.py"')
        try:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                bufsize=1,
            )
        except OSError as error:
            raise NoInputError(
                f"cannot start the judge {words[0]}: {error.strerror}",
                "check the command given to --judge",
            ) from None

    def __enter__(self) -> JudgeProcess:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
            self._process.wait(timeout=5)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def decide(self, prompt: str, candidates: Sequence[str]) -> Key:
        """See `Judge.decide`.

        Raises:
            TpopError: the program ended.
            BadDataError: it answered something other than 1, 2, =, x or s.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        question = {"prompt": prompt, "candidates": list(candidates)}
        try:
            self._process.stdin.write(json.dumps(question, ensure_ascii=True) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            code = self._process.poll()
            raise TpopError(
                f"the judge ended before it answered (exit code {code})",
                "run it by hand on one line of JSON",
            )
        key = answer.strip()
        if key not in get_args(Key):
            raise BadDataError(
                f"the judge answered {key[:40]!r}",
                "it must answer one of: 1 2 = x s, one line a duel",
            )
        return key  # type: ignore[return-value]
