"""Whatever a model writes and wherever it is shown: no control byte reaches a terminal, nothing crashes."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tpop_cli.ui.clean import clean
from tpop_cli.ui.duel import DuelView, Side

from ..cli.test_cli import TPOP
from . import count

PIECES = [
    "\x1b[31m", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\", "\x1b]52;c;AAAA\x07", "\x1bP+q\x1b\\", "\x9b2J", "\x85",
    "\x07", "\x08", "\r", "\x7f", "\x00", "[/b]", "[link=x]", ":smile:", "![a](b)", "[a](http://x)", "\u202eabc",
    "\u200b", "\ufeff", "日本語", "🙂", "a\u0301", "word ", "\n", "\t", "```", "- ", "# ", "\ud800",
]  # fmt: skip


def shown(text: str, height: int | None) -> str:
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True, color_system=None, emoji=False)
    console.print(DuelView((Side(text, True), Side(text[::-1], False)), height=height))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_no_raw_control_byte_is_ever_drawn() -> None:
    rng = random.Random(0)
    for n in range(count(400, 10_000)):
        text = "".join(rng.choices(PIECES, k=rng.randrange(1, 12)))
        drawn = shown(text, 12 if n % 2 else None)
        left = {c for c in drawn if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202e\u200b\ufeff"}
        # Rich's own sequences for bold and links are its, made of what was cleaned before.
        assert left <= {"\x1b"}, (text, left)
        whole = clean(text)
        cut = rng.randrange(len(text) + 1)
        assert clean(text[:cut]) + clean(text[cut:]) == whole  # also split between two tokens


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"TERM": "dumb"},
        {"NO_COLOR": "1"},
        {"COLUMNS": "1"},
        {"HOME": "/nonexistent"},
    ],
)
def test_commands_run_in_any_environment(environment: dict[str, str], tiny_path: Path) -> None:
    more = {"TPOP_MODEL": str(tiny_path), "TPOP_MAX_TOKENS": "8", "TPOP_THREADS": "1", **environment}
    for arguments in (
        ["ask", "日本語?", "--seed", "1"],
        ["axes", "list"],
        ["doctor"],
        ["profile", "show"],
        ["--help"],
    ):
        done = subprocess.run(
            [*TPOP, *arguments],
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"Traceback" not in done.stderr
        assert b"\x1b" not in done.stdout


def test_a_closed_or_full_stdout_is_no_traceback(tiny_path: Path) -> None:
    environment = {**os.environ, "TPOP_MODEL": str(tiny_path), "TPOP_THREADS": "1"}
    ask = [*TPOP, "ask", "--seed", "1", "-n", "400", "hello"]
    with subprocess.Popen(
        ask, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as head:
        assert head.stdout is not None and head.stderr is not None
        head.stdout.read(1)
        head.stdout.close()
        assert b"Traceback" not in head.stderr.read()
    if Path("/dev/full").exists():
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                ask, env=environment, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert b"Traceback" not in done.stderr
        assert done.returncode == 74, done.stderr


def test_a_closed_stdin_never_hangs(tiny_path: Path) -> None:
    environment = {**os.environ, "TPOP_MODEL": str(tiny_path), "TPOP_THREADS": "1", "TPOP_MAX_TOKENS": "4"}
    done = subprocess.run(
        f"{sys.executable} -m tpop_cli ask hello <&-",
        shell=True,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
