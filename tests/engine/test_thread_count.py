"""How many threads compute: as many as other processes leave CPUs for."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.thread_count import INTERVAL, ThreadCount, busy_seconds, threads_by_load

from ..tiny import write_tiny_gguf


class Machine:
    """A machine whose time passes when a test says so."""

    def __init__(self) -> None:
        self.time = self.others = self.own = 0.0

    def pass_seconds(self, seconds: float, others: float, own: float = 0.0) -> None:
        """Let time pass while others, and this process, keep so many CPUs busy."""
        self.time += seconds
        self.others += seconds * others
        self.own += seconds * own

    def count(self, most: int, cpus: int) -> ThreadCount:
        return ThreadCount(
            most,
            cpus,
            busy=lambda: self.others + self.own,
            own=lambda: self.own,
            clock=lambda: self.time,
        )


@pytest.mark.parametrize(
    ("most", "cpus", "others", "expected"),
    [
        (2, 2, 0.0, 2),
        (2, 2, 0.3, 2),
        (2, 2, 1.0, 1),
        (2, 2, 2.0, 1),
        (8, 16, 4.0, 8),  # hyperthreads are left
        (8, 8, 3.0, 5),
        (8, 8, 20.0, 1),
    ],
)
def test_other_work_takes_threads(most: int, cpus: int, others: float, expected: int) -> None:
    machine = Machine()
    count = machine.count(most, cpus)
    assert count.now() == most
    machine.pass_seconds(INTERVAL, others, own=most)
    assert count.now() == expected


def test_threads_come_back_when_the_other_work_ends() -> None:
    machine = Machine()
    count = machine.count(4, 4)
    machine.pass_seconds(1.0, others=3.0)
    assert count.now() == 1
    machine.pass_seconds(INTERVAL / 2, others=0.0)
    assert count.now() == 1  # too soon to tell
    machine.pass_seconds(INTERVAL / 2, others=0.0)
    assert count.now() == 4


@given(st.lists(st.tuples(st.floats(0.001, 10), st.floats(-1, 200)), max_size=20))
def test_the_number_is_always_a_possible_one(periods: list[tuple[float, float]]) -> None:
    machine = Machine()
    count = machine.count(6, 12)
    for seconds, others in periods:  # what a system counts is rough, and can even go back
        machine.pass_seconds(seconds, others)
        assert 1 <= count.now() <= 6


def test_a_number_that_the_user_sets_is_kept() -> None:
    threads = threads_by_load(LoadOptions(n_threads=3, repeatable=False))
    assert {threads(n) for n in (1, 2, 100)} == {3}


@pytest.mark.skipif(LoadOptions().threads < 2, reason="one CPU: nothing to choose")
@pytest.mark.parametrize("repeatable", [True, False])
def test_a_single_token_of_a_repeatable_answer_keeps_its_threads(repeatable: bool) -> None:
    options, machine = LoadOptions(repeatable=repeatable), Machine()
    threads = threads_by_load(options, machine.count(options.threads, options.threads))
    machine.pass_seconds(1.0, others=100.0)
    assert threads(2) == 1
    assert threads(1) == (options.threads if repeatable else 1)


def test_several_tokens_are_rounded_alike_with_any_number_of_threads(tmp_path: Path) -> None:
    """So only single tokens need a fixed number for the same seed to give the same answer."""
    path, rows = write_tiny_gguf(tmp_path / "tiny.gguf"), []
    for n_threads in (1, 2, 3):
        with LlamaEngine(path, LoadOptions(n_threads=n_threads, n_ctx=2048)) as engine:
            prompts = [[3 + n % 200 for n in range(700)] + [end] for end in (7, 9)]
            handles = engine.open(prompts)
            engine.step([(handle, 5) for handle in handles])
            rows.append([engine.logits(handle) for handle in handles])
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[2])


def test_a_busy_process_is_seen() -> None:
    """This thread's own work counts as busy, and as this process's own."""
    cpus = LoadOptions().threads
    if cpus < 2:
        pytest.skip("one CPU: nothing to choose")
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            pass

    before, own = busy_seconds(), time.process_time()
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.5)
    ended.set()
    thread.join()
    own = time.process_time() - own
    assert own > 0.2
    assert busy_seconds() - before > 0.8 * own - 0.05
