"""Models on a remote device: a real RPC server in another process, over loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tpop_cli.engine.devices import backends

from ..faults.table import SERVERS

pytestmark = pytest.mark.skipif(
    "RPC" not in backends(), reason="this build of llama.cpp has no RPC backend"
)

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    endpoint = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.rpc_server", endpoint],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    host, port = endpoint.split(":")
    for _ in range(200):
        try:
            socket.create_connection((host, int(port)), 1).close()
            break
        except OSError:
            time.sleep(0.05)
    else:
        pytest.fail("the RPC server did not start")
    yield endpoint, process
    process.kill()
    process.wait()


def tpop(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TPOP_HOME": str(home), "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "tpop_cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_remote_device_gives_the_same_greedy_answer(
    server: tuple[str, object], tiny_path: Path, tmp_path: Path
) -> None:
    ask = f"ask --plain --model {tiny_path} -t 0 -n 30 --seed 1 hello".split()
    local = tpop(tmp_path, *ask)
    remote = tpop(tmp_path, *ask, "--rpc", server[0])
    assert local.returncode == remote.returncode == 0, remote.stderr
    assert remote.stdout == local.stdout != ""
    log = tpop(tmp_path, *ask, "--rpc", server[0], "--verbose").stderr
    assert "using device RPC0" in log


def test_doctor_lists_remote_devices(
    server: tuple[str, object], tiny_path: Path, tmp_path: Path
) -> None:
    done = tpop(
        tmp_path, "doctor", "--model", str(tiny_path), "--rpc", server[0], "--gpu-layers", "all"
    )
    assert done.returncode == 0, done.stderr
    assert "RPC0" in done.stdout
    assert "3 of 3 layers" in done.stdout


@SERVERS.shown
def test_an_unreachable_server_is_an_error_with_a_hint(tiny_path: Path, tmp_path: Path) -> None:
    done = tpop(
        tmp_path, "ask", "--model", str(tiny_path), "--rpc", f"127.0.0.1:{free_port()}", "hello"
    )
    assert done.returncode == 69
    assert done.stderr.startswith("error: no RPC server answers at 127.0.0.1:")
    assert "hint: start" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("endpoint", ["nonsense:port", ":50052", "host:0", "host:99999"])
def test_an_impossible_endpoint_is_a_usage_error(
    endpoint: str, tiny_path: Path, tmp_path: Path
) -> None:
    done = tpop(tmp_path, "ask", "--model", str(tiny_path), "--rpc", endpoint, "hello")
    assert done.returncode == 2
    assert "is not HOST:PORT" in done.stderr


@SERVERS.shown
def test_a_server_that_dies_midway_is_an_error_and_keeps_the_text_so_far(
    server: tuple[str, subprocess.Popen[bytes]], starter_path: Path, tmp_path: Path
) -> None:
    """The starter model is slow enough to interrupt. The text so far has reached stdout."""
    endpoint, process = server
    environment = {**os.environ, "TPOP_HOME": str(tmp_path), "NO_COLOR": "1"}
    asked = subprocess.Popen(
        f"{sys.executable} -m tpop_cli ask --pick auto --model {starter_path} --rpc {endpoint} "
        "-t 0 --seed 1 -n 2000 --ctx 4096 story".split(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    assert asked.stdout is not None
    assert len(asked.stdout.read(30)) == 30
    process.kill()
    _, errors = asked.communicate(timeout=60)
    assert asked.returncode == 69
    message = errors.decode()
    assert "error: lost the connection to the RPC server" in message
    assert "hint:" in message
    assert "Traceback" not in message
