"""Unusual or too long prompts, and streams that are closed, full or read in part."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from ..cli.running import JUDGE, TPOP, run, terminal
from .report import Figures
from .table import PIPES, PROMPTS


@pytest.fixture
def environment(tiny_path: Path) -> dict[str, str]:
    return {**os.environ, "TPOP_MODEL": str(tiny_path), "TPOP_THREADS": "1", "TPOP_MAX_TOKENS": "8"}


@PIPES.shown
@pytest.mark.parametrize("many", [False, True])
def test_a_reader_that_closes_early_is_no_error(
    many: bool, environment: dict[str, str], figures: Figures
) -> None:
    command = ["ask", "-n", "400", *(["--input", "-"] if many else ["hello"])]
    process = subprocess.Popen(
        [*TPOP, *command],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout and process.stderr
    with process:
        process.stdin.write(b"one\ntwo\nthree\n" * 20 if many else b"")
        process.stdin.close()
        process.stdout.read(1)
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, b"")
    figures.note("head -1: exit 0")


@PIPES.shown
@pytest.mark.parametrize(
    "command", [["ask", "hello"], ["ask", "hello", "--json"], ["axes", "list"], ["--help"]]
)
def test_a_full_stdout_is_exit_74(
    command: list[str], environment: dict[str, str], figures: Figures
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*TPOP, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 74, done.stderr
    figures.note("full stdout: exit 74")


@PIPES.shown
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "</dev/null"])
def test_closed_streams_never_hang(
    closed: str, environment: dict[str, str], figures: Figures
) -> None:
    done = subprocess.run(
        f"{sys.executable} -m tpop_cli ask hello {closed}",
        shell=True,
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    figures.note("closed streams: exit 0")


@PROMPTS.shown
@pytest.mark.parametrize("extra", [[], ["--judge", JUDGE], ["--json"]])
def test_a_prompt_longer_than_the_context_is_refused(
    extra: list[str], environment: dict[str, str]
) -> None:
    del environment["TPOP_HOME"]
    options = {key: value for key, value in environment.items() if key.startswith("TPOP_")}
    error, hint = run(
        "ask", "--ctx", "256", *extra, stdin="long " * 400, code=1, **options
    ).stderr.splitlines()
    assert re.fullmatch(
        r"error: the prompt takes \d+ of the context's 256 tokens, which leaves no room .*",
        error,
    )
    assert hint == "hint: shorten it, or raise --ctx"


@PROMPTS.shown
def test_a_prompt_that_is_too_long_is_found_before_any_is_answered(
    environment: dict[str, str],
) -> None:
    options = {key: value for key, value in environment.items() if key.startswith("TPOP_")}
    done = run("ask", "--input", "-", stdin="one\ntwo\n" + "long " * 400 + "\n", code=1, **options)
    assert done.stdout == ""
    assert done.stderr.startswith("error: of 3, prompt 3: the prompt takes ")


@PROMPTS.shown
def test_a_chat_that_outgrows_its_context_says_so(tiny_path: Path) -> None:
    options = ["--ctx", "512", "-n", "60", "--seed", "1", "--ask", "never"]
    with terminal("chat", *options, TPOP_MODEL=str(tiny_path), TPOP_THREADS="1") as tpop:
        tpop.expect("›")
        for _ in range(8):
            tpop.send("tell me more and more of it\r")
            if (
                tpop.expect(
                    ["the context is full: the model no longer reads", pexpect.TIMEOUT], timeout=2
                )
                == 0
            ):
                return
    pytest.fail("no message")


@PROMPTS.shown
def test_unusual_prompts_are_answered_or_refused(
    environment: dict[str, str], tmp_path: Path, figures: Figures
) -> None:
    options = {key: value for key, value in environment.items() if key.startswith("TPOP_")}
    assert "hint:" in run("ask", "", code=2, **options).stderr
    unusual = [
        "half \ud800 a pair",
        "a NUL \0 within",
        "\x1b[31m red",
        "\ufeffa mark",
        "x" * 200,
        "<|im_end|>",
    ]
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in unusual))
    for more in ([], ["--chat-template", "chatml"], ["--judge", JUDGE]):
        lines = run("ask", "--input", str(prompts), *more, **options).stdout.splitlines()
        assert len(lines) == len(unusual)
        assert all(json.loads(line)["answer"] is not None for line in lines)
    figures.note(f"{len(unusual)} unusual prompts answered in three ways")
