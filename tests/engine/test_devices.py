"""The devices of this machine. tests/engine/test_rpc.py covers remote ones."""

from __future__ import annotations

from tpop_cli.engine.devices import devices


def test_lists_the_cpu() -> None:
    assert [device for device in devices() if device.kind == "CPU"]
