"""The whole program: its help, its completion scripts, odd environments, a bug."""

from __future__ import annotations

import subprocess
import sys

import pytest

from .running import run


def test_help_documents_the_exit_codes() -> None:
    text = " ".join(run("--help").stdout.split())
    for code in (
        "65 bad data",
        "66 no such file",
        "74 reading",
        "75 busy",
        "78 bad configuration",
        "130 Ctrl-C",
    ):
        assert code in text


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"TERM": "dumb"},
        {"COLUMNS": "1"},
    ],
)
def test_odd_environments_do_not_crash(environment: dict[str, str]) -> None:
    assert "\x1b" not in run("axes", "list", **environment).stdout


def test_a_bug_is_reported_as_a_bug() -> None:
    broken = (
        "import tpop_cli.cli.app as a\na.app = lambda: 1 / 0\n"
        "from tpop_cli.__main__ import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", broken, "ask"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
    assert done.stderr.splitlines()[-2].startswith("error: this is a bug in tpop")


def test_every_shell_has_a_completion_script() -> None:
    for shell in ("bash", "zsh", "fish", "powershell"):
        script = run("--show-completion", shell).stdout
        assert "tpop" in script
