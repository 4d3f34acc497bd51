"""Processes that end while they save, hold a lock, or learn beside others."""

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
from tpop_cli.errors import BusyError
from tpop_cli.store import files
from tpop_cli.store.profile import LOCK_SECONDS, Profile

from ..cli.test_cli import JUDGE, TPOP
from ..store.test_profile import make_pick, same
from .report import Figures
from .table import ABANDONED, CRASHED, KILLED, LEFTOVERS, LOCKED, ORDERED, SHARED, WINDOWS

ROOT = Path(__file__).parents[2]
OPEN = """
import sys, time
from pathlib import Path
from tests.store.test_profile import make_pick
from tpop_cli.core.axes import AXES
from tpop_cli.store.profile import Profile
profile = Profile("work", AXES, Path(sys.argv[1]))
"""
SAVING = """
print("ready", flush=True)
while True:
    profile.record(make_pick(profile.n_picks))
    print(profile.n_picks, flush=True)
"""
HOLDING = """
with profile.locked():
    print("held", flush=True)
    time.sleep(60)
"""
LETTING_GO = """
with profile.locked():
    print("held", flush=True)
    time.sleep(1)
profile.record(make_pick(1))
"""


@contextlib.contextmanager
def started(code: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that has the profile "work" of a folder open, and its first line."""
    command = [sys.executable, "-c", OPEN + code, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def killed(folder: Path, seconds: float) -> list[int]:
    """Kill a process that saves after so long; what it said it had saved."""
    with started(SAVING, folder) as (process, line):
        assert line == "ready"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        return [int(line) for line in process.stdout.read().split()]


@KILLED.shown
def test_killed_while_saving_at_most_the_last_pick_is_lost(
    tmp_path: Path, figures: Figures
) -> None:
    rng, bad = np.random.default_rng(0), 0
    for _ in range(KILLED.count):
        said = killed(tmp_path, float(rng.uniform(0.0, 0.05)))
        profile = Profile("work", AXES, tmp_path)
        bad += bool(profile.notices) or (
            bool(said) and profile.n_picks not in (said[-1], said[-1] + 1)
        )
        assert np.isfinite(profile.posterior.mean).all()
    figures.say(f"{KILLED.count:,} kills, {bad} bad, {profile.n_picks:,} picks")
    assert bad == 0


@LEFTOVERS.shown
def test_temporary_files_of_killed_writers_are_swept(tmp_path: Path, figures: Figures) -> None:
    rng = np.random.default_rng(1)
    for _ in range(LEFTOVERS.count):
        killed(tmp_path, float(rng.uniform(0.0, 0.03)))
    folder = tmp_path / "work"
    for n in range(3):  # so that there are some, whatever was hit
        (folder / f".state.json.old{n}.tmp").write_bytes(b"half")
    left = list(folder.glob(".*.tmp"))
    for old in left:
        os.utime(old, (0, 0))
    living = folder / ".state.json.living.tmp"
    living.write_bytes(b"being written")
    Profile("work", AXES, tmp_path).record(make_pick(0))
    assert list(folder.glob(".*.tmp")) == [living]
    figures.say(
        f"{len(left)} left behind by {LEFTOVERS.count} kills and by hand, 0 after the next pick"
    )


def steps_of(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], crash_at: int = -1
) -> list[str]:
    """The system calls that saving makes, in order; with `crash_at`, the process ends before that one."""
    made: list[str] = []

    def watched(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            if len(made) == crash_at:
                raise CrashError
            made.append(name)
            return call(*args, **kwargs)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", watched("fsync", os.fsync))
        patch.setattr(os, "link", watched("link", os.link))
        patch.setattr(files, "_replace", watched("replace", files._replace))
        patch.setattr(files, "_sync_dir", watched("sync folder", files._sync_dir))
        act()
    return made


class CrashError(BaseException):
    """The process ends here."""


@ORDERED.shown
def test_a_save_writes_syncs_replaces_and_syncs_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    made = steps_of(monkeypatch, lambda: files.write_atomic(path, b"new", backup=True))
    assert made == [
        "fsync",
        "link",
        "replace",
        "replace",
        "sync folder",
        "fsync",
    ]  # the folder's own fsync is last
    assert (path.read_bytes(), (tmp_path / "state.json.bak").read_bytes()) == (b"new", b"old")


@CRASHED.shown
def test_a_crash_before_any_step_of_a_pick_loses_at_most_that_pick(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, figures: Figures
) -> None:
    made = steps_of(monkeypatch, lambda: Profile("count", AXES, tmp_path).record(make_pick(0)))
    assert len(made) >= 4
    points = len(made) + 2  # once there is a state, it is linked and replaced, too
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
    figures.say(f"{points} of {points} points")


def record_many(home: str, start: int, n: int) -> None:
    profile = Profile("shared", AXES, Path(home))
    for i in range(start, start + n):
        profile.record(make_pick(i))


@SHARED.shown
def test_four_processes_on_one_profile_lose_nothing(tmp_path: Path, figures: Figures) -> None:
    n = SHARED.count
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
    figures.say(f"{profile.n_picks:,} of {4 * n:,} kept")
    assert [pick.id for pick in profile.picks()] == list(range(1, 4 * n + 1))
    (profile.folder / "state.json").unlink()
    (profile.folder / "state.json.bak").unlink()
    assert same(Profile("shared", AXES, tmp_path), profile)  # the fold of the log is the state


@LOCKED.shown
def test_a_held_lock_is_waited_for_and_then_told(
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
    with started(HOLDING, home / "profiles") as (_, line):
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
    figures.say(f"told after {waited:.1f} s, with the answer, exit 75")


@LOCKED.shown
def test_a_lock_that_is_let_go_is_taken_after_a_second_look_at_the_files(tmp_path: Path) -> None:
    profile = Profile("work", AXES, tmp_path)
    profile.record(make_pick(0))
    with started(LETTING_GO, tmp_path) as (process, line):
        assert line == "held"
        profile.record(make_pick(2))
        assert process.wait() == 0
    assert [pick.id for pick in Profile("work", AXES, tmp_path).picks()] == [1, 2, 3]


@ABANDONED.shown
def test_a_killed_lock_holder_is_no_obstacle(tmp_path: Path, figures: Figures) -> None:
    with started(HOLDING, tmp_path) as (process, line):
        assert line == "held"
        process.kill()
        process.wait()
    start = time.monotonic()
    assert Profile("work", AXES, tmp_path).record(make_pick(0)).id == 1
    figures.took("saved after", time.monotonic() - start)
    assert time.monotonic() - start < 2


@WINDOWS.shown
@pytest.mark.parametrize("failures", [3, 1000])
def test_a_file_that_is_being_read_is_replaced_in_the_end_or_stays(
    failures: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, figures: Figures
) -> None:
    path, tries = tmp_path / "state.json", 0
    path.write_bytes(b"old")
    replace = Path.replace

    def shared(self: Path, target: Path) -> Path:
        nonlocal tries
        tries += 1
        if tries <= failures:
            raise PermissionError(13, "in use by another process")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", shared)
    monkeypatch.setattr(files, "_WINDOWS", True)
    start = time.monotonic()
    with contextlib.nullcontext() if failures == 3 else pytest.raises(files.StorageError):
        files.write_atomic(path, b"new")
    seconds = time.monotonic() - start
    assert path.read_bytes() == (b"new" if failures == 3 else b"old")
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]  # and no temporary file
    assert seconds < 2
    figures.took(f"{tries} tries", seconds)
