"""The report of `tpop doctor`."""

from __future__ import annotations

from typing import Any

from tpop_cli.ui.doctor import doctor_report

from .console import draw

FOUND: dict[str, Any] = {
    "versions": {"tpop": "1.0", "python": "3.12"},
    "folders": {"models": "/models"},
    "backends": ["CPU"],
    "threads": 2,
    "devices": [
        {"name": "CPU", "kind": "CPU", "description": "x\x1b[31m", "free": 8e9, "total": 16e9}
    ],
    "missing_backend": None,
    "model": {
        "name": "small",
        "architecture": "llama",
        "quantization": "Q4_1",
        "weights": 98e6,
        "kv_cache": 12e6,
        "state": 0,
        "sequences": 32,
        "context": 512,
        "compute": 50e6,
        "offloaded": 0,
        "layers": 30,
        "shares": [
            {
                "device": "host",
                "layers": 30,
                "weights": 98e6,
                "kv_cache": 12e6,
                "state": 0,
                "fits": True,
            }
        ],
    },
}


def test_the_report_names_devices_and_the_memory_a_model_needs() -> None:
    assert [line.rstrip() for line in draw(doctor_report(FOUND))] == [
        "tpop 1.0 · python 3.12",
        "models    /models",
        "backends  CPU",
        "threads   2",
        "",
        "device  kind  description    free    total",
        "CPU     CPU   x^[[31m      8.0 GB  16.0 GB",
        "",
        "small llama, Q4_1",
        "weights          98 MB",
        "KV cache         12 MB for 512 tokens",
        "compute buffers  about 50 MB on each device",
        "offloaded        0 of 30 layers",
        "device  layers  weights  KV cache  fits",
        "host        30    98 MB     12 MB   yes",
    ]


def test_recurrent_states_have_a_column_of_their_own() -> None:
    share = FOUND["model"]["shares"][0] | {"state": 5e8}
    model = FOUND["model"] | {"state": 5e8, "sequences": 10, "shares": [share]}
    lines = [line.rstrip() for line in draw(doctor_report(FOUND | {"model": model}))]
    assert "recurrent states  500 MB for 10 sequences" in lines
    assert lines[-2:] == [
        "device  layers  weights  KV cache  states  fits",
        "host        30    98 MB     12 MB  500 MB   yes",
    ]


def test_a_backend_that_is_missing_comes_with_its_install_command() -> None:
    lines = draw(doctor_report(FOUND | {"missing_backend": "pip install x", "model": None}))
    assert lines[-2].startswith("this build of llama.cpp cannot use this machine's GPU")
    assert lines[-1] == "pip install x"


def test_the_cost_of_steering_is_a_row_for_each_way() -> None:
    rows = [
        {"steer": steer, "arms": arms, "step": step, "ratio": step / 0.02}
        for steer, steps in (("plain", (0.02, 0.02)), ("contrast", (0.04, 0.06)))
        for arms, step in zip(("an answer", "a duel"), steps, strict=True)
    ]
    shown = [line.rstrip() for line in draw(doctor_report({**FOUND, "steering": rows}))]
    assert [line.split() for line in shown[-3:]] == [
        ["--steer", "an", "answer", "a", "duel"],
        ["plain", "20", "ms", "1.00", "20", "ms", "1.00"],
        ["contrast", "40", "ms", "2.00", "60", "ms", "3.00"],
    ]
