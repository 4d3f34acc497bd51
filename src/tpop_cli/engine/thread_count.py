"""Chooses how many threads compute, by what else the machine does.

llama.cpp's threads wait for each other many times in a token. Where another process takes a core
from one of them, all wait for it, and fewer threads are faster.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from .cpus import allowed_cpus
from .load_options import LoadOptions

INTERVAL = 0.2
"""Seconds from one look at what the machine does to the next. A system counts CPU time in steps of
about 0.01 s."""


def busy_seconds() -> float:
    """CPU time that was used so far on the CPUs that this process may run on, in seconds.

    Processes of a lower priority than this one do not count: they give way.
    """
    times = psutil.cpu_times(percpu=True)
    own = [times[cpu] for cpu in allowed_cpus() if cpu < len(times)]
    kinds = ["user", "system", "irq", "softirq"] + (["nice"] if _is_nice() else [])
    return float(sum(getattr(cpu, kind, 0.0) for cpu in own or times for kind in kinds))


def n_cpus() -> int:
    """The number of logical CPUs that this process may run on."""
    return len(allowed_cpus()) or os.cpu_count() or 1


def _is_nice() -> bool:
    return hasattr(os, "nice") and os.nice(0) > 0


@dataclass
class ThreadCount:
    """How many threads should compute the next batch.

    Args:
        most: the number without other work, and the largest.
        cpus: how many logical CPUs the process may run on.
        busy: the CPU time used so far by all processes, in seconds.
        own: the CPU time used so far by this process, in seconds.
        clock: the time in seconds.
    """

    most: int
    cpus: int = field(default_factory=n_cpus)
    busy: Callable[[], float] = busy_seconds
    own: Callable[[], float] = time.process_time
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._n = self.most
        self._before = self._read()

    def now(self) -> int:
        """As many threads as there are CPUs that other processes leave, at least one."""
        before = self._before
        if self.clock() - before[0] >= INTERVAL:
            at, others = self._read()
            free = self.cpus - max(0.0, others - before[1]) / (at - before[0])
            self._n = max(1, min(self.most, round(free)))
            self._before = (at, others)
        return self._n

    def _read(self) -> tuple[float, float]:
        """The time, and the CPU time that other processes used so far."""
        return self.clock(), self.busy() - self.own()


def threads_by_load(options: LoadOptions, count: ThreadCount | None = None) -> Callable[[int], int]:
    """How many threads should compute a batch of n tokens.

    The number is fixed if the user has set it, and for a single token if answers must be
    repeatable: with flash attention its rounding depends on the number of threads.
    """
    most = options.threads
    if options.n_threads or most == 1:
        return lambda n_tokens: most
    adapted = count or ThreadCount(most)
    return lambda n_tokens: most if options.repeatable and n_tokens == 1 else adapted.now()
