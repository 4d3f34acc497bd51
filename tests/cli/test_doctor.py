"""tpop doctor, and the options that say how a model is loaded."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from .test_cli import run


def test_the_doctor_says_what_goes_where(tiny_path: Path) -> None:
    found = json.loads(run("doctor", "--json", "--model", str(tiny_path), "--ctx", "256").stdout)
    assert "CPU" in found["backends"]
    assert found["model"]["context"] == 256
    assert found["model"]["fits"] is True
    assert [share["device"] for share in found["model"]["shares"]] == ["host"]
    shown = run("doctor", "--model", str(tiny_path)).stdout
    assert "KV cache" in shown and "compute buffers" in shown


def test_the_doctor_names_a_model_that_is_not_there() -> None:
    done = run("doctor", "--model", "nothing/here.gguf", code=66)
    assert "backends" in done.stdout
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "option",
    [
        ("--gpu-layers", "some"),
        ("--split-mode", "x"),
        ("--tensor-split", "a,b"),
        ("--flash-attn", "maybe"),
        ("--cache-type-k", "q9"),
    ],
)
def test_a_wrong_way_to_load_is_a_usage_error(option: tuple[str, str]) -> None:
    done = run("ask", *option, "hello", code=2)
    assert "hint: " in done.stderr


def test_loading_is_set_by_variables_and_the_file(tiny_path: Path) -> None:
    assert run("ask", "hi", "--model", str(tiny_path), TPOP_MLOCK="perhaps", code=78).stderr
    assert run("ask", "hi", "--model", str(tiny_path), TPOP_SPLIT_MODE="x", code=2).stderr
    home = Path(os.environ["TPOP_HOME"])
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("gpu_layers = 3\nmmap = false\nmlock = true\n")
    run("ask", "hi", "-n", "2", "--model", str(tiny_path))
