"""tpop doctor: devices of this machine, and the memory that a model needs."""

from __future__ import annotations

import json
from pathlib import Path

from ..running import run


def test_the_report_says_which_device_gets_what(tiny_path: Path) -> None:
    found = json.loads(run("doctor", "--json", "--model", str(tiny_path), "--ctx", "256").stdout)
    assert "CPU" in found["backends"]
    assert found["model"]["context"] == 256
    assert found["model"]["fits"] is True
    assert [share["device"] for share in found["model"]["shares"]] == ["host"]
    shown = run("doctor", "--model", str(tiny_path)).stdout
    assert "KV cache" in shown and "compute buffers" in shown


def test_a_model_that_does_not_exist_is_named() -> None:
    done = run("doctor", "--model", "nothing/here.gguf", code=66)
    assert "backends" in done.stdout
    assert done.stderr.startswith("error: ")


def test_steering_is_timed_when_asked(tiny_path: Path) -> None:
    done = run("doctor", "--time", "--json", "--model", str(tiny_path), "--ctx", "64")
    rows = json.loads(done.stdout)["steering"]
    assert {row["steer"] for row in rows} == {"plain", "contrast", "prompt"}
    assert "steering" not in json.loads(run("doctor", "--json", "--model", str(tiny_path)).stdout)
