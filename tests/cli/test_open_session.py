"""From options, variables and files to a loaded model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from .running import objects, run


def test_flag_beats_variable_beats_file(home: Path, tiny_path: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f'model = "{tiny_path}"\nmax_tokens = 3\nprofile = "filed"\n')

    def ask(*arguments: str, **environment: str) -> dict[str, Any]:
        return objects(run("ask", "x", "--json", "--seed", "4", *arguments, **environment).stdout)[
            0
        ]

    assert (ask()["tokens"]["answer"], ask()["profile"]) == (3, "filed")
    assert ask(TPOP_MAX_TOKENS="4")["tokens"]["answer"] == 4
    assert ask("-n", "5", TPOP_MAX_TOKENS="4")["tokens"]["answer"] == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modle = 'x'", "did you mean 'model'"),
        ("threads = 'two'", "whole number"),
        ("= =", "cannot read"),
    ],
)
def test_a_wrong_file_is_named(home: Path, text: str, message: str) -> None:
    home.mkdir()
    (home / "config.toml").write_text(text)
    assert message in run("ask", "x", code=78).stderr


def test_a_wrong_variable_is_named() -> None:
    assert "TPOP_CTX" in run("ask", "x", code=78, TPOP_CTX="many").stderr


def test_variables_and_the_file_set_how_a_model_is_loaded(tiny_path: Path) -> None:
    assert run("ask", "hi", "--model", str(tiny_path), TPOP_MLOCK="perhaps", code=78).stderr
    assert run("ask", "hi", "--model", str(tiny_path), TPOP_SPLIT_MODE="x", code=78).stderr
    home = Path(os.environ["TPOP_HOME"])
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("gpu_layers = 3\nmmap = false\nmlock = true\n")
    run("ask", "hi", "-n", "2", "--model", str(tiny_path))
