"""Every command of tpop ends at once on a signal, whatever it is doing."""

from __future__ import annotations

import json
import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
import typer

from tpop_cli.cli.app import app

from ..cli.running import TPOP, reset_signals, run, terminal
from .report import Figures
from .table import EVERY_COMMAND, FULL

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
LIMIT = 0.35
"""Seconds from a signal to the end of the process."""
TRIES = 3  # of which one must be in time: the machine may be busy

SILENT_JUDGE = shlex.join([sys.executable, "-c", "import time; time.sleep(60)"])
QUICK = 0.5
"""Seconds in which most commands end by themselves."""

# command: (arguments after its name, seconds within which the signal is sent)
COMMANDS: dict[str, tuple[list[str], float]] = {
    "ask": (["Why?", "-n", "100000", "--ctx", "100000"], 3),
    "ask --judge": (["--pick", "judge", "--judge", SILENT_JUDGE, "Why?", "-n", "8"], 3),
    "ask --input": (["--input", "{prompts}", "-n", "200"], 3),
    "ask --stdin": (["--stdin", "Why?"], 2),
    "chat": ([], 0.4),
    "tune": ([], QUICK),
    "teach": (["--prompts", "{prompts}", "--judge", SILENT_JUDGE, "-n", "8"], 3),
    "reset": (["--yes"], QUICK),
    "check": (["--profile", "work", "--judge", SILENT_JUDGE, "-n", "8"], 3),
    "doctor": ([], 1.5),
    "taste set": (["brief", "no emojis"], QUICK),
    "taste clear": (["--all", "--profile", "work"], QUICK),
    "taste compare": (["--profile", "work", "Why?", "-n", "400"], 3),
    "profile list": ([], QUICK),
    "profile show": (["work"], QUICK),
    "profile export": (["work", "--as", "json"], QUICK),
    "profile create": (["new"], QUICK),
    "profile copy": (["work", "copy"], QUICK),
    "profile rename": (["work", "other"], QUICK),
    "profile delete": (["work", "--yes"], QUICK),
    "profile import": (["{pairs}"], 3),
    "profile diff": (["work", "default"], QUICK),
    "chats list": ([], QUICK),
    "chats show": (["none"], QUICK),
    "chats delete": (["none", "--yes"], QUICK),
    "picks list": (["--profile", "work"], QUICK),
    "picks show": (["1", "--profile", "work"], QUICK),
    "picks history": (["--profile", "work"], QUICK),
    "picks amend": (["1", "tie", "--profile", "work"], QUICK),
    "picks forget": (["--before", "2020-01-01", "--profile", "work"], QUICK),
    "picks undo": (["--profile", "work"], QUICK),
    "axes list": ([], QUICK),
    "axes add": (["pirate", "--toward", "Talk like a pirate.", "--away", "Do not."], QUICK),
    "axes remove": (["pirate"], QUICK),
    "axes measure": (["--output", "{home}/matrix", "-n", "40"], 4),
    "models list": ([], QUICK),
    "models pull": (["hf:org/repo/file.gguf"], 3),
    "models remove": (["none", "--yes"], QUICK),
    "models suggest": ([], QUICK),
    "models show": ([], QUICK),
    "models use": (["{model}"], QUICK),
    "config show": ([], QUICK),
    "config set": (["ask", "never"], QUICK),
    "config path": ([], QUICK),
    "bench taste": (["--quick", "-n", "40"], 5),
    "bench speed": (["--quick"], 6),
    "bench harm": (["--quick"], 5),
    "bench people": (["{people}"], 3),
}


def command_names(command: Any, name: str = "") -> Iterator[str]:
    """The names of all commands below a command of Typer."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name
    else:
        for part in below:
            yield from command_names(below[part], f"{name} {part}".strip())


NAMES = set(command_names(typer.main.get_command(app)))


@EVERY_COMMAND.shown
def test_every_command_has_its_try() -> None:
    assert "models pull" in NAMES
    assert NAMES - COMMANDS.keys() == set()


@pytest.fixture(scope="module")
def slow_server() -> Iterator[str]:
    """A server that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def values(tiny_path: Path, tmp_path: Path, home: Path) -> dict[str, str]:
    """What the arguments name, and a profile that has learned something."""
    pairs, prompts = tmp_path / "pairs.jsonl", tmp_path / "prompts.txt"
    lines = [
        json.dumps(
            {"prompt": f"Why {n}?", "chosen": f"So {n}.", "rejected": f"Because of {n}. " * 9}
        )
        for n in range(20_000)
    ]
    pairs.write_text("\n".join(lines[:12]))
    run("profile", "import", str(pairs), "--profile", "work")
    pairs.write_text("\n".join(lines))
    people = tmp_path / "people.jsonl"
    people.write_text("\n".join(line.replace("{", '{"annotator": "a", ', 1) for line in lines))
    prompts.write_text("".join(f"question {n}\n" for n in range(200)))
    return {
        "pairs": str(pairs),
        "people": str(people),
        "prompts": str(prompts),
        "home": str(home),
        "model": str(tiny_path),
    }


# In CI every command gets one of the signals, by turns.
TRIED = [
    pytest.param(name, number, id=f"{name}-{signal.Signals(number).name}")
    for i, name in enumerate(COMMANDS)
    for j, number in enumerate(CODES)
    if FULL or i % len(CODES) == j
]


@EVERY_COMMAND.shown
@pytest.mark.parametrize(("name", "number"), TRIED)
def test_a_signal_ends_every_command_at_once(
    name: str,
    number: signal.Signals,
    values: dict[str, str],
    slow_server: str,
    figures: Figures,
) -> None:
    arguments, longest = COMMANDS[name]
    words = [word for word in name.split() if not word.startswith("-")]
    if " ".join(words) not in NAMES:
        pytest.skip("no such command")
    more = {"TPOP_MODEL": values["model"], "TPOP_THREADS": "1", "HF_ENDPOINT": slow_server}
    rng, times = random.Random(f"{name} {number}"), []
    for _ in range(TRIES):
        process = subprocess.Popen(
            [*TPOP, *words, *(argument.format(**values) for argument in arguments)],
            env={**os.environ, **more},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=reset_signals,
        )
        time.sleep(0.15 + rng.random() * longest)
        ended = process.poll() is not None
        start = time.monotonic()
        process.send_signal(number)
        process.wait(timeout=30)
        seconds = time.monotonic() - start
        _, errors = process.communicate()
        if ended or process.returncode == -number:  # not yet, or no longer, in tpop's code
            continue
        # A signal that arrives while the process ends changes nothing.
        assert process.returncode == CODES[number] or seconds < LIMIT, (process.returncode, errors)
        assert b"Traceback" not in errors, errors
        times.append(seconds)
        if seconds < LIMIT:
            break
    if times:
        figures.add_time("ended", min(times))
        assert min(times) < LIMIT, times


@EVERY_COMMAND.shown
@pytest.mark.parametrize("number", CODES, ids=lambda number: signal.Signals(number).name)
@pytest.mark.parametrize("name", ["chat", "reset", "profile delete"])
def test_a_signal_ends_a_command_that_waits_for_a_line(
    name: str, number: signal.Signals, values: dict[str, str], figures: Figures
) -> None:
    if name == "chat" and number == signal.SIGINT:
        pytest.skip("Ctrl-C clears the line of a chat")
    arguments = {"chat": [], "reset": ["--profile", "work"], "profile delete": ["work"]}[name]
    environment = {"TPOP_MODEL": values["model"], "PROMPT_TOOLKIT_NO_CPR": ""}
    times = []
    for _ in range(TRIES):
        with terminal(*name.split(), *arguments, **environment) as tpop:
            tpop.expect("›" if name == "chat" else "N]: ")
            time.sleep(0.3)
            start = time.monotonic()
            os.kill(tpop.pid, number)
            tpop.expect(pexpect.EOF)
            times.append(time.monotonic() - start)
            modes = termios.tcgetattr(tpop.child_fd)[3]
            tpop.close()
        assert tpop.exitstatus == CODES[number], tpop.before
        assert modes & termios.ICANON and modes & termios.ECHO
        if times[-1] < LIMIT:
            break
    figures.add_time("ended", min(times))
    assert min(times) < LIMIT, times
