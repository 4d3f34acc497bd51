"""Prompts from the command line, from a pipe, from a template."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from ..faults.table import BAD_TEXTS
from .running import TPOP, objects, run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_stdin_is_the_prompt_or_appended_to_it() -> None:
    assert objects(run("ask", "--json", stdin="from a pipe\n").stdout)[0]["prompt"] == "from a pipe"
    both = objects(run("ask", "Say:", "--json", stdin="this").stdout)[0]["prompt"]
    assert both == "Say:\n\nthis"


def test_a_template_inserts_the_prompt_and_stdin(tmp_path: Path) -> None:
    frame = tmp_path / "frame.txt"
    frame.write_text("Question: {prompt}\nText: {stdin}\n{other}\n")
    asked = json.loads(
        run("ask", "--json", "--template", str(frame), "Why?", stdin="a {prompt} b\n").stdout
    )
    assert asked["prompt"] == "Question: Why?\nText: a {prompt} b\n{other}"
    assert "hint" in run("ask", "--template", str(tmp_path / "none"), "Why?", code=66).stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_prompts_are_read_in_every_unicode_encoding(encoding: str, tmp_path: Path) -> None:
    stdin, frame, prompts = (tmp_path / name for name in ("stdin", "frame", "prompts"))
    stdin.write_bytes("é\r\nè\r\n".encode(encoding))
    frame.write_bytes("Quote:\r\n{stdin}".encode(encoding))
    prompts.write_bytes('one\u2028é\r\n\r\n{"prompt": "two\u0085"}\r\n'.encode(encoding))
    with stdin.open("rb") as file:
        done = subprocess.run(
            [*TPOP, "ask", "--json", "-n", "2", "--template", str(frame)],
            stdin=file,
            capture_output=True,
            check=True,
        )
    assert json.loads(done.stdout)["prompt"] == "Quote:\né\nè"
    answers = objects(run("ask", "--input", str(prompts), "-n", "2").stdout)
    assert [answer["prompt"] for answer in answers] == ["one\u2028é", "two"]


@BAD_TEXTS.shown
@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"caf\xe9?\n", "UTF-8"), (b"W\0h\0y\0", "NUL"), (b"\x1f\x8b\x08\x00\x01", "a gzip archive")],
)
def test_what_is_not_text_is_refused(data: bytes, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    for arguments in (
        ["ask", "--input", str(file)],
        ["ask", "Why?", "--template", str(file)],
        ["teach", "--prompts", str(file), "--judge", "cat"],
        ["profile", "import", str(file)],
    ):
        told = run(*arguments, code=65)
        assert told.stdout == "" and told.stderr.startswith(f"error: {file} ")
        assert kind in told.stderr and len(told.stderr.splitlines()) == 2
    piped = subprocess.run([*TPOP, "ask"], input=data, capture_output=True, check=False)
    assert piped.returncode == 65 and piped.stderr.startswith(b"error: stdin ")
    argument = subprocess.run([*TPOP, "ask", b"caf\xe9"], capture_output=True, check=False)
    assert argument.returncode == 65 and b"the prompt is not UTF-8 text" in argument.stderr
