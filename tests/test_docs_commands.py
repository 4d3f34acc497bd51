"""The commands on the pages of the documentation: they exist, and those for scripts run."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from tpop_cli.cli.app import app
from tpop_cli.cli.reference import reference

from .cli.running import run
from .pages import PAGES, ROOT, blocks, commands, read

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def sections() -> dict[str, set[str]]:
    """The commands of the reference, and the options of each."""
    found = {}
    for part in reference().split("\n## `")[1:]:
        words = [word for word in part.split("`")[0].split() if word.islower() or "-" in word]
        found[" ".join(words[1:])] = set(re.findall(r"^- .*?`(--[a-z-]+)", part, re.MULTILINE))
    return found


@pytest.mark.parametrize(
    "command", ["ask", "chat", "models pull", "profile import", "picks forget", "bench speed"]
)
def test_every_option_of_the_reference_is_in_the_help(command: str) -> None:
    shown = run(*command.split(), "--help", COLUMNS="300").stdout
    options = sections()[command]
    assert all(option in shown for option in options), options


# -- every command -------------------------------------------------------------------------------


def parse(words: list[str]) -> None:
    """Parse the arguments of tpop as the program does, and do nothing. Raises what it would."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if hasattr(command, "commands"):  # an option of tpop itself
        known = {option for parameter in command.params for option in parameter.opts}
        assert words, "a group alone does nothing"
        assert set(words) <= known, words
    else:
        command.make_context(command.name, list(words))


def check_pip(words: list[str]) -> None:
    """The extras exist, and llama-cpp-python is a version that tpop allows."""
    project = read("pyproject.toml")
    for word in words:
        for extra in re.findall(r"[\w]+", (re.findall(r"^\.\[(.*)\]$", word) or [""])[0]):
            assert re.search(rf"^{extra} = \[", project, re.MULTILINE), extra
        if word.startswith("llama-cpp-python>"):
            assert f'"{word}"' in project


def check_python(words: list[str]) -> None:
    """The module that `python -m` runs can be imported, and names the options that it is given."""
    if words[:1] != ["-m"]:
        return
    spec = importlib.util.find_spec(words[1])
    assert spec is not None, words[1]
    if words[1].startswith("tpop_cli."):
        assert spec.origin is not None
        source = Path(spec.origin).read_text("utf-8")
        assert all(f'"{word}"' in source for word in words[2:] if word.startswith("--")), words


CHECKS = {"tpop": parse, "pip": check_pip, "python": check_python}
OTHERS = {".", "coverage", "echo", "git", "make", "mutmut", "mypy", "read", "ruff"}
"""Programs of others, whose arguments are not checked."""


@each_page
def test_commands_in_the_blocks_of_a_page_are_accepted(page: Path) -> None:
    for block in blocks(page.read_text("utf-8"), "sh"):
        for program, *words in commands(block):
            assert program in OTHERS or program in CHECKS, block
            if program in CHECKS:
                CHECKS[program](words)


@each_page
def test_commands_in_the_text_of_a_page_exist(page: Path) -> None:
    """In the text a command may leave out its arguments, or be a group alone."""
    known = sections()
    for line in re.findall(r"`tpop ([^`]*)`", page.read_text("utf-8")):
        words = line.split()
        name = next((" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in known), None)
        groups = {command.split()[0] for command in known}
        if name is None:
            assert words[0].startswith("-") or (len(words) == 1 and words[0] in groups), line
            continue
        for option in re.findall(r"(?<=\s)(--[a-z-]+)", line):
            assert option in known[name] or option.startswith("--no-") or option == "--help", line


def test_commands_of_a_block_are_taken_apart() -> None:
    block = """A=1 tpop ask "a && b" > out.txt || echo no  # a | comment
git diff | tpop ask --json \\
    --seed 7
"""
    assert list(commands(block)) == [
        ["tpop", "ask", "a && b"],
        ["echo", "no"],
        ["git", "diff"],
        ["tpop", "ask", "--json", "--seed", "7"],
    ]
    assert list(commands('while read -r q; do tpop ask "$q"; done < file')) == [
        ["read", "-r", "q"],
        ["tpop", "ask", "$q"],
    ]


# -- the commands for scripts --------------------------------------------------------------------

QUESTIONS = "Why is the sky blue?\nWhat is a cloud?\n"


def write_program(path: Path, *command: str) -> None:
    """A program that runs a command with its own arguments."""
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    path.chmod(0o755)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the blocks are for a POSIX shell")
def test_the_blocks_of_the_scripts_page_run(tiny_path: Path, tmp_path: Path) -> None:
    page, programs = read("docs/scripts.md"), tmp_path / "bin"
    programs.mkdir()
    write_program(programs / "tpop", sys.executable, "-m", "tpop_cli")
    write_program(programs / "python", sys.executable)
    write_program(programs / "git", "echo", "- old line, + new line:")
    (tmp_path / "questions.txt").write_text(QUESTIONS)
    (tmp_path / "judge.py").write_text(blocks(page, "python")[0])
    (tmp_path / "review.txt").write_text(blocks(page, "text")[0])
    environment = {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "TPOP_MODEL": str(tiny_path),
        "TPOP_MAX_TOKENS": "12",
        "TPOP_THREADS": "1",
    }
    for block in blocks(page, "sh"):
        done = subprocess.run(
            ["bash", "-ec", block],
            cwd=tmp_path,
            env=environment,
            input="",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (block, done.stderr)
        assert "error: " not in done.stderr, (block, done.stderr)
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 2
    assert run("profile", "list").stdout == "terse\t16 picks\n"  # those of teach and of ask
