"""Counts the CPU cores that this process may use: by its affinity and its cgroup's quota."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

_ROOT = Path("/")


def usable_cores(root: Path = _ROOT) -> int:
    """The number of physical cores that this process may use, at least 1.

    A container or a batch system often gives a process fewer cores than the machine has, and
    llama.cpp is slow if its threads wait for each other on fewer cores.

    Args:
        root: the folder that holds /proc and /sys, on Linux.
    """
    counts = [psutil.cpu_count(logical=False) or os.cpu_count() or 1]
    allowed = allowed_cpus()
    if allowed:
        counts.append(_physical_cores(allowed, root))
    if sys.platform == "linux":
        counts += [int(quota) for quota in _quotas(root)]
    return max(1, min(counts))


def allowed_cpus() -> list[int]:
    """The logical CPUs that the process may run on; empty if the system does not tell."""
    if sys.platform == "darwin":
        return []
    try:
        return list(psutil.Process().cpu_affinity() or [])
    except (AttributeError, psutil.Error, OSError):
        return []


def _physical_cores(cpus: list[int], root: Path) -> int:
    """The number of physical cores of some logical CPUs: hyperthreads of one core count once."""
    cores = set()
    for cpu in cpus:
        topology = root / f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
        cores.add(_read(topology) or str(cpu))
    return len(cores)


def _quotas(root: Path) -> Iterator[float]:
    """The CPU time that the process's cgroup and each group above it may use, in cores."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if not controllers:  # cgroup v2
            folder = root / "sys/fs/cgroup"
        elif "cpu" in controllers.split(","):
            folder = root / "sys/fs/cgroup/cpu"
        else:
            continue
        parts = [part for part in group.split("/") if part and part != ".."]
        for n in range(len(parts), -1, -1):  # a container may see its own group as the root
            place = folder.joinpath(*parts[:n])
            limits = _read(place / "cpu.max") or " ".join(
                _read(place / f"cpu.cfs_{name}_us") for name in ("quota", "period")
            )
            try:
                quota, period = map(int, limits.split())
            except ValueError:  # "max", or there is no such file
                continue
            if quota > 0 and period > 0:
                yield quota / period


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
