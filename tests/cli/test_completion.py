"""Shell completion offers profiles, models, keys of settings and their values."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .running import run


@pytest.fixture(autouse=True)
def _profiles_and_models(home: Path) -> None:
    for profile in ("work", "letters"):
        run("profile", "create", profile)
    (home / "data" / "models").mkdir(parents=True)
    (home / "data" / "models" / "mine.gguf").touch()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ask --profile ", ["letters", "work"]),
        ("ask --profile w", ["work"]),
        ("profile show l", ["letters"]),
        ("ask --model ", ["smollm2", "mine"]),
        ("models show m", ["mine"]),
        ("ask --think ", ["show", "hide", "off", "low", "medium", "high"]),
        ("ask --temperature ", []),
        ("config set top_", ["top_k", "top_p"]),
        ("config set reward ", ["axes", "neural"]),
        ("config set mmap ", ["true", "false"]),
        ("config set profile w", ["work"]),
        ("config set model sm", ["smollm2"]),
        ("config set nothing ", []),
    ],
)
def test_the_shell_offers_what_is_allowed(line: str, offered: list[str]) -> None:
    """As a completion script asks: by the name `tpop` and three variables."""
    done = subprocess.run(
        [sys.executable, "-c", "from tpop_cli.cli.app import app; app(prog_name='tpop')"],
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "_TPOP_COMPLETE": "complete_bash",
            "COMP_WORDS": f"tpop {line}",
            "COMP_CWORD": str(len(line.split(" "))),
        },
    )
    assert done.stdout.split() == offered
