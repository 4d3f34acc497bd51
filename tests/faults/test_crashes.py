"""Processes that die while saving or holding a lock, and processes that share a profile."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.errors import BusyError, StorageError
from tpop_cli.store import files
from tpop_cli.store.locks import LOCK_SECONDS
from tpop_cli.store.profile import Profile

from ..cli.running import JUDGE, TPOP
from ..store.example_picks import make_pick, same
from .report import Figures
from .table import ABANDONED, CONCURRENT, CRASHED, KILLED, LEFTOVERS, LOCKED, SAVE_ORDER, WINDOWS

ROOT = Path(__file__).parents[2]
OPEN_PROFILE = """
import sys, time
from pathlib import Path
from tests.store.example_picks import make_pick
from tpop_cli.core.axes import AXES
from tpop_cli.store.profile import Profile
profile = Profile("work", AXES, Path(sys.argv[1]))
"""
SAVE_FOREVER = """
print("ready", flush=True)
while True:
    profile.record(make_pick(profile.n_picks))
    print(profile.n_picks, flush=True)
"""
HOLD_LOCK = """
with profile.locked():
    print("held", flush=True)
    time.sleep(60)
"""
RELEASE_LOCK = """
with profile.locked():
    print("held", flush=True)
    time.sleep(1)
profile.record(make_pick(1))
"""


@contextlib.contextmanager
def started(code: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that opens the profile "work" in `folder` and runs `code`; and its first line."""
    command = [sys.executable, "-c", OPEN_PROFILE + code, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def kill_while_saving(folder: Path, seconds: float) -> list[int]:
    """Kill a saving process after `seconds`; returns the numbers of picks it reported as saved."""
    with started(SAVE_FOREVER, folder) as (process, line):
        assert line == "ready"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        return [int(line) for line in process.stdout.read().split()]


@KILLED.shown
def test_a_process_killed_while_saving_loses_at_most_its_last_pick(
    tmp_path: Path, figures: Figures
) -> None:
    rng, n_bad = np.random.default_rng(0), 0
    for _ in range(KILLED.count):
        saved = kill_while_saving(tmp_path, float(rng.uniform(0.0, 0.05)))
        profile = Profile("work", AXES, tmp_path)
        n_bad += bool(profile.notices) or (
            bool(saved) and profile.n_picks not in (saved[-1], saved[-1] + 1)
        )
        assert np.isfinite(profile.posterior.mean).all()
    figures.note(f"{KILLED.count:,} kills, {n_bad} failures, {profile.n_picks:,} picks")
    assert n_bad == 0


@LEFTOVERS.shown
def test_temporary_files_of_killed_processes_are_removed(tmp_path: Path, figures: Figures) -> None:
    rng = np.random.default_rng(1)
    for _ in range(LEFTOVERS.count):
        kill_while_saving(tmp_path, float(rng.uniform(0.0, 0.03)))
    folder = tmp_path / "work"
    for n in range(3):  # the kills may have left none
        (folder / f".state.json.old{n}.tmp").write_bytes(b"half")
    stale = list(folder.glob(".*.tmp"))
    for path in stale:
        os.utime(path, (0, 0))
    recent = folder / ".state.json.recent.tmp"
    recent.write_bytes(b"being written")
    Profile("work", AXES, tmp_path).record(make_pick(0))
    assert list(folder.glob(".*.tmp")) == [recent]
    figures.note(
        f"{len(stale)} files left by {LEFTOVERS.count} kills and the test, 0 after the next pick"
    )


def steps_of(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], crash_at: int = -1
) -> list[str]:
    """The file operations of `act`, in order; raises CrashError before number `crash_at`."""
    steps: list[str] = []

    def watched(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            if len(steps) == crash_at:
                raise CrashError
            steps.append(name)
            return call(*args, **kwargs)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", watched("fsync", os.fsync))
        patch.setattr(os, "link", watched("link", os.link))
        patch.setattr(files, "_replace", watched("replace", files._replace))
        patch.setattr(files, "_sync_dir", watched("sync folder", files._sync_dir))
        act()
    return steps


class CrashError(BaseException):
    """Stands for the end of the process."""


@SAVE_ORDER.shown
def test_a_save_syncs_its_data_before_it_replaces_the_old_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    steps = steps_of(monkeypatch, lambda: files.write_atomic(path, b"new", backup=True))
    assert steps == [
        "fsync",
        "link",
        "replace",
        "replace",
        "sync folder",
        "fsync",  # of the folder
    ]
    assert (path.read_bytes(), (tmp_path / "state.json.bak").read_bytes()) == (b"new", b"old")


@CRASHED.shown
def test_a_crash_before_any_step_of_a_pick_loses_at_most_that_pick(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, figures: Figures
) -> None:
    steps = steps_of(monkeypatch, lambda: Profile("count", AXES, tmp_path).record(make_pick(0)))
    assert len(steps) >= 4
    points = len(steps) + 2  # an existing state is linked and replaced as well
    for crash_at in range(points):
        home = tmp_path / str(crash_at)
        profile = Profile("work", AXES, home)
        for n in range(3):
            profile.record(make_pick(n))
        with contextlib.suppress(CrashError):
            steps_of(monkeypatch, lambda profile=profile: profile.record(make_pick(3)), crash_at)  # type: ignore[misc]
        after = Profile("work", AXES, home)
        assert after.n_picks in (3, 4)
        assert not after.notices
        other = Profile("other", AXES, home)
        for n in range(after.n_picks):
            other.record(make_pick(n))
        np.testing.assert_allclose(after.posterior.mean, other.posterior.mean, atol=1e-12)
    figures.note(f"{points} of {points} points")


def record_many(home: str, start: int, n: int) -> None:
    profile = Profile("shared", AXES, Path(home))
    for i in range(start, start + n):
        profile.record(make_pick(i))


@CONCURRENT.shown
def test_four_processes_on_one_profile_lose_no_pick(tmp_path: Path, figures: Figures) -> None:
    n = CONCURRENT.count
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=record_many, args=(str(tmp_path), 1000 * i, n)) for i in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    profile = Profile("shared", AXES, tmp_path)
    figures.note(f"{profile.n_picks:,} of {4 * n:,} kept")
    assert [pick.id for pick in profile.picks()] == list(range(1, 4 * n + 1))
    (profile.folder / "state.json").unlink()
    (profile.folder / "state.json.bak").unlink()
    assert same(Profile("shared", AXES, tmp_path), profile)  # a replay of the log gives the state


@LOCKED.shown
def test_a_held_lock_is_reported_after_five_seconds(
    tiny_path: Path, home: Path, figures: Figures
) -> None:
    environment = {
        **os.environ,
        "TPOP_MODEL": str(tiny_path),
        "TPOP_MAX_TOKENS": "8",
        "TPOP_THREADS": "1",
    }
    profile = Profile("work")
    profile.record(make_pick(0))
    with started(HOLD_LOCK, home / "profiles") as (_, line):
        assert line == "held"
        start = time.monotonic()
        with pytest.raises(BusyError, match="in use"):
            profile.record(make_pick(1))
        waited = time.monotonic() - start
        assert LOCK_SECONDS <= waited < LOCK_SECONDS + 1
        ask = [*TPOP, "ask", "hello", "--judge", JUDGE, "-p", "work"]
        done = subprocess.run(ask, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 75
    assert done.stdout.strip()  # the answer
    error, hint = done.stderr.splitlines()
    assert error.startswith(
        "error: the pick was not saved: profile work is in use"
    ) and hint.startswith("hint: ")
    assert Profile("work").n_picks == 1
    figures.note(f"error after {waited:.1f} s, with the answer, exit 75")


@LOCKED.shown
def test_picks_of_the_previous_lock_holder_are_read_before_saving(tmp_path: Path) -> None:
    profile = Profile("work", AXES, tmp_path)
    profile.record(make_pick(0))
    with started(RELEASE_LOCK, tmp_path) as (process, line):
        assert line == "held"
        profile.record(make_pick(2))
        assert process.wait() == 0
    assert [pick.id for pick in Profile("work", AXES, tmp_path).picks()] == [1, 2, 3]


@ABANDONED.shown
def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, figures: Figures) -> None:
    with started(HOLD_LOCK, tmp_path) as (process, line):
        assert line == "held"
        process.kill()
        process.wait()
    start = time.monotonic()
    assert Profile("work", AXES, tmp_path).record(make_pick(0)).id == 1
    figures.add_time("saved after", time.monotonic() - start)
    assert time.monotonic() - start < 2


@WINDOWS.shown
@pytest.mark.parametrize("failures", [3, 1000])
def test_replacing_an_open_file_is_retried_for_a_second(
    failures: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, figures: Figures
) -> None:
    path, tries = tmp_path / "state.json", 0
    path.write_bytes(b"old")
    replace = Path.replace

    def replace_open_file(self: Path, target: Path) -> Path:
        nonlocal tries
        tries += 1
        if tries <= failures:
            raise PermissionError(13, "in use by another process")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_open_file)
    monkeypatch.setattr(files, "_WINDOWS", True)
    start = time.monotonic()
    with contextlib.nullcontext() if failures == 3 else pytest.raises(StorageError):
        files.write_atomic(path, b"new")
    seconds = time.monotonic() - start
    assert path.read_bytes() == (b"new" if failures == 3 else b"old")
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]  # no temporary file
    assert seconds < 2
    figures.add_time(f"{tries} tries", seconds)
