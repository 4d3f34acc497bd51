"""Ctrl-Z in a chat, under a shell with job control: the shell gets its terminal, `fg` goes on."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tpop_cli.store.profile import Profile

from ...faults.report import Figures
from ...faults.table import SUSPENDED
from ...tiny import write_tiny_gguf
from ..running import FOOTER, TPOP, reset_signals

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell")
EARLY = "take the second"


@pytest.fixture
def shell() -> Iterator[pexpect.spawn]:
    process = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        dimensions=(40, 140),
        encoding="utf-8",
        timeout=60,
        preexec_fn=reset_signals,
        env={
            **os.environ,
            "PS1": "SHELL> ",
            "TERM": "xterm-256color",
            "PROMPT_TOOLKIT_NO_CPR": "1",
        },
    )
    process.expect("SHELL> ")
    yield process
    process.close(force=True)


def suspend_and_resume(shell: pexpect.spawn) -> None:
    """Press Ctrl-Z; the terminal must be the shell's, with its cursor. Then go on with fg."""
    shell.send("\x1a")
    shell.expect("Stopped")
    cursor = re.findall(r"\x1b\[\?25([lh])", shell.before)
    assert not cursor or cursor[-1] == "h"
    shell.expect("SHELL> ")
    shell.sendline("stty -a")
    shell.expect("SHELL> ")
    assert re.search(r"(?<![-\w])isig icanon", shell.before), shell.before
    assert re.search(r"(?<![-\w])echo\b", shell.before), shell.before
    shell.sendline("fg")


@SUSPENDED.shown
@pytest.mark.usefixtures("tiny_env")
def test_a_chat_is_suspended_and_goes_on(
    shell: pexpect.spawn, figures: Figures, tmp_path: Path
) -> None:
    endless = write_tiny_gguf(tmp_path / "endless.gguf", favoured=100)  # its answers never end
    options = ["--model", str(endless), "--ctx", "100000", "-n", "40000"]
    shell.sendline(shlex.join([*TPOP, "chat", *options]))
    shell.expect("›")
    time.sleep(0.3)
    suspend_and_resume(shell)  # at the prompt
    shell.expect("›")
    shell.send("Why?\r")
    shell.expect(EARLY)
    suspend_and_resume(shell)  # while answers stream
    shell.expect(EARLY)
    suspend_and_resume(shell)
    shell.expect(EARLY)
    shell.send("\x03")
    shell.expect("stopped: no pick was made")
    shell.expect("›")
    shell.send("/quit\r")
    shell.expect("SHELL> ")
    figures.note("at the prompt and while answers stream: goes on")


@SUSPENDED.shown
@pytest.mark.usefixtures("tiny_env")
def test_a_duel_that_waits_for_a_key_is_suspended_and_goes_on(
    shell: pexpect.spawn, figures: Figures
) -> None:
    shell.sendline(shlex.join([*TPOP, "ask", "Why?", "--seed", "1", "--profile", "work"]))
    shell.expect(FOOTER)
    for _ in range(2):
        suspend_and_resume(shell)
        shell.expect(FOOTER)
    shell.send("1")
    shell.expect("tokens/s")
    shell.expect("SHELL> ")
    assert Profile("work").n_picks == 1
    figures.note("while a duel waits for a key: goes on")


@SUSPENDED.shown
@pytest.mark.usefixtures("tiny_env")
def test_a_single_answer_is_suspended_and_goes_on(shell: pexpect.spawn) -> None:
    options = ["--ask", "never", "--ctx", "8192", "-n", "2500", "--seed", "1"]
    shell.sendline(shlex.join([*TPOP, "chat", *options]))
    shell.expect("›")
    shell.send("Why?\r")
    shell.expect(r"\x1b\[\?25l")
    time.sleep(0.5)
    suspend_and_resume(shell)
    shell.expect(r"\x1b\[\?25l")
    time.sleep(0.3)
    shell.send("\x03")
    shell.expect("›")
    shell.send("/quit\r")
    shell.expect("SHELL> ")
