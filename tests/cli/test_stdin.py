"""Which stdin `tpop ask` reads: what was piped to it, and not what belongs to the calling shell."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ..faults.report import Figures
from ..faults.table import STDIN
from .running import TPOP, objects, run

pytestmark = [
    pytest.mark.usefixtures("tiny_env"),
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux"),
]

ASK = f"{shlex.join(TPOP)} ask -n 2 --json"
NOTE = "stdin belongs to the calling shell and was not read; --stdin reads it\n"


def shell(script: str, name: str = "bash") -> subprocess.CompletedProcess[str]:
    """Run a script. Its function `ask` asks with JSON."""
    script = f'ask() {{ {ASK} "$@"; }}\n{script}'
    return subprocess.run(
        [name, "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )


def prompts(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [answer["prompt"] for answer in objects(done.stdout)]


@STDIN.shown
@pytest.mark.parametrize("name", ["bash", "sh"])
@pytest.mark.parametrize(
    "body",
    ['ask "$q"', f'timeout 60 {ASK} "$q"', '( ask "$q" )', 'x=$(ask "$q"); printf "%s\\n" "$x"'],
)
@pytest.mark.parametrize("source", ["pipe", "file"])
def test_a_loop_over_lines_asks_each_of_them(
    source: str, body: str, name: str, tmp_path: Path, figures: Figures
) -> None:
    lines = tmp_path / "lines"
    lines.write_text("first\nsecond\nlast one\n")
    loop = f"while read -r q; do {body}; done"
    script = f"{loop} < {lines}" if source == "file" else f"cat {lines} | {loop}"
    done = shell(script, name)
    assert prompts(done) == ["first", "second", "last one"]
    assert set(done.stderr.splitlines(keepends=True)) == {NOTE}
    figures.note("loops over 3 lines: 3 answers")


@STDIN.shown
@pytest.mark.parametrize(
    "command",
    [
        'ask "Say:"',
        f'timeout 60 {ASK} "Say:"',
        f'env A=1 timeout 60 timeout 60 {ASK} "Say:"',
        f"sh -c {shlex.quote(ASK + ' Say:')}",
        'x=$(ask "Say:"); printf "%s\\n" "$x"',
    ],
)
def test_what_is_piped_to_a_command_follows_its_question(command: str) -> None:
    script = f"review() {{ {command}; }}\n"
    for pipeline in (f"echo this | {{ {command}; }}", "echo this | review"):
        done = shell(script + pipeline)
        assert prompts(done) == ["Say:\n\nthis"]
        assert done.stderr == ""


@STDIN.shown
def test_a_script_says_with_an_option_whether_stdin_is_read(tmp_path: Path) -> None:
    script = tmp_path / "script.sh"
    for option, prompt, note in (
        ("", "Say:", NOTE),
        ("--stdin", "Say:\n\nthis", ""),
        ("--no-stdin", "Say:", ""),
    ):
        script.write_text(f"if false; then read -r line; fi\n{ASK} {option} Say:\ntrue\n")
        done = shell(f"echo this | bash {script}")
        assert prompts(done) == [prompt]
        assert done.stderr == note
    script.write_text(f"cd /\n{ASK} Say:\ntrue\n")  # it never reads a line itself
    for run_script in (f"bash {script}", f"sh -e {script}", f"sh -c '. {script}'"):
        assert prompts(shell(f"echo this | {run_script}")) == ["Say:\n\nthis"]


def test_the_rest_of_a_file_is_read_without_a_question_or_where_it_is_asked_for(
    tmp_path: Path,
) -> None:
    lines = tmp_path / "lines"
    lines.write_text("first\nsecond\n")
    done = shell(f"{{ read -r q; ask; }} < {lines}; {{ read -r q; ask --stdin $q; }} < {lines}")
    assert prompts(done) == ["second", "first\n\nsecond"]
    assert prompts(shell(f"ask Say: < {lines}")) == ["Say:\n\nfirst\nsecond"]
    assert prompts(shell(f"{{ read -r a; read -r b; ask Say:; }} < {lines}")) == ["Say:"]


@STDIN.shown
@pytest.mark.parametrize("question", [[], ["Say:"]])
@pytest.mark.parametrize("make", [socket.socketpair, os.pipe])
def test_a_socket_and_a_pipe_are_read_to_their_end(
    make: Callable[[], tuple[object, object]], question: list[str]
) -> None:
    theirs, ours = make()
    process = subprocess.Popen(
        [*shlex.split(ASK), *question],
        stdin=theirs,  # type: ignore[arg-type]
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if isinstance(ours, int):
        os.close(theirs)  # type: ignore[arg-type]
        os.set_blocking(ours, True)
    file = os.fdopen(ours, "w") if isinstance(ours, int) else ours.makefile("w")  # type: ignore[attr-defined]
    if not isinstance(ours, int):
        theirs.close()  # type: ignore[attr-defined]
        ours.close()  # type: ignore[attr-defined]
    for part in ("a text", " in two parts"):
        time.sleep(0.7)
        file.write(part)
        file.flush()
    file.close()
    out, errors = process.communicate(timeout=60)
    assert objects(out)[0]["prompt"] == "\n\n".join([*question, "a text in two parts"])
    assert errors == ""


@STDIN.shown
@pytest.mark.parametrize("make", [socket.socketpair, os.pipe])
def test_a_stream_on_which_nothing_comes_does_not_hold_up_a_question(
    make: Callable[[], tuple[object, object]], figures: Figures
) -> None:
    theirs, ours = make()
    start = time.monotonic()
    done = subprocess.run(
        [*shlex.split(ASK), "Why?"],
        stdin=theirs,  # type: ignore[arg-type]
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert prompts(done) == ["Why?"]
    assert done.stderr.startswith("nothing came from stdin in 3 s")
    assert 3 < time.monotonic() - start < 8
    figures.note("an open, empty pipe: answered after 3 s")
    for end in (theirs, ours):
        os.close(end) if isinstance(end, int) else end.close()  # type: ignore[attr-defined]


def test_a_template_says_whether_stdin_is_read(tmp_path: Path) -> None:
    with_stdin, without = tmp_path / "with", tmp_path / "without"
    with_stdin.write_text("{prompt} {stdin}")
    without.write_text("{prompt}!")
    command = "echo more | ask Say: --template"
    done = shell(
        f"echo x | {{ read -r q; ask Say: --template {without}; }}\n{command} {with_stdin}"
    )
    assert prompts(done) == ["Say:!", "Say: more"]
    assert done.stderr == ""


def test_a_stdin_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    write_only = os.open(file, os.O_WRONLY)
    for arguments in (["Why?"], ["--stdin", "Why?"], ["--input", "-"]):
        done = subprocess.run(
            [*TPOP, "ask", *arguments],
            stdin=write_only,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 66
        assert done.stderr.startswith("error: cannot read stdin: Bad file descriptor\nhint: ")
    os.close(write_only)
    assert run("ask", "--stdin", "--json", "Say:", stdin="x").stderr == ""
