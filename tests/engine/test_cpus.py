"""The number of threads: as many as there are cores that the process may use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tpop_cli.engine import cpus
from tpop_cli.engine.cpus import usable_cores
from tpop_cli.engine.load_options import LoadOptions


@pytest.fixture
def eight(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with eight physical cores of two hyperthreads each."""
    monkeypatch.setattr(psutil, "cpu_count", lambda logical=True: 16 if logical else 8)
    monkeypatch.setattr(cpus, "allowed_cpus", lambda: list(range(16)))
    monkeypatch.setattr(sys, "platform", "linux")


def write(root: Path, files: dict[str, str]) -> Path:
    for cpu in range(16):
        files[f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"] = (
            f"{cpu % 8},{cpu % 8 + 8}\n"
        )
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "300000 100000\n"}, 3),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "250000 100000\n"}, 2),
        (
            {
                "proc/self/cgroup": "0::/a/b\n",
                "sys/fs/cgroup/a/cpu.max": "400000 100000\n",
                "sys/fs/cgroup/a/b/cpu.max": "500000 100000\n",
            },
            4,
        ),
        (
            {
                "proc/self/cgroup": "9:memory:/x\n4:cpu,cpuacct:/docker/1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            2,
        ),
        (
            {
                "proc/self/cgroup": "4:cpu,cpuacct:/\n",
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            8,
        ),
        ({"proc/self/cgroup": "nonsense", "sys/fs/cgroup/cpu.max": "\u00e9"}, 8),
    ],
)
@pytest.mark.usefixtures("eight")
def test_a_cgroups_quota_limits_the_cores(
    files: dict[str, str], expected: int, tmp_path: Path
) -> None:
    assert usable_cores(write(tmp_path, dict(files))) == expected


@pytest.mark.parametrize(
    ("allowed", "expected"), [([0, 8], 1), ([0, 1, 2], 3), ([0, 1, 8, 9], 2), ([], 8)]
)
@pytest.mark.usefixtures("eight")
def test_an_affinity_limits_the_cores_and_hyperthreads_count_once(
    allowed: list[int], expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpus, "allowed_cpus", lambda: allowed)
    assert usable_cores(write(tmp_path, {})) == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_a_process_bound_to_one_cpu_uses_one_thread() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from tpop_cli.engine.load_options import LoadOptions; print(LoadOptions().threads)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert found.stdout.strip() == b"1"


def test_a_number_that_is_given_is_used() -> None:
    assert LoadOptions(n_threads=37).threads == 37
    assert LoadOptions().threads >= 1
