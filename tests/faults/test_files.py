"""State files under crashes, damage, strange paths and many processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.errors import TpopError
from tpop_cli.store import files
from tpop_cli.store.profile import Profile

from ..store.test_profile import make_pick, same
from . import count

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


class CrashError(BaseException):
    """The process ends here."""


def steps_of(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], crash_at: int = -1) -> list[str]:
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


def test_a_save_writes_syncs_replaces_and_syncs_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    made = steps_of(monkeypatch, lambda: files.write_atomic(path, b"new", backup=True))
    assert made[:5] == ["fsync", "link", "replace", "replace", "sync folder"]
    assert (path.read_bytes(), (tmp_path / "state.json.bak").read_bytes()) == (b"new", b"old")


def test_a_crash_before_any_step_of_a_pick_loses_at_most_that_pick(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = steps_of(monkeypatch, lambda: Profile("count", AXES, tmp_path).record(make_pick(0)))
    assert len(made) >= 4
    for crash_at in range(len(made) + 2):
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


def test_truncation_at_every_byte() -> None:
    profile = Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    path = profile.folder / "state.json"
    data = path.read_bytes()
    for length in range(0, len(data), count(max(1, len(data) // 100), 1)):
        path.write_bytes(data[:length])
        assert same(Profile("work"), profile)
        for aside in profile.folder.glob("*.corrupt-*"):
            aside.unlink()


def test_flipped_bytes_are_detected_or_harmless() -> None:
    profile, rng = Profile("work"), np.random.default_rng(0)
    for n in range(2):
        profile.record(make_pick(n))
    path = profile.folder / "state.json"
    data = path.read_bytes()
    for _ in range(count(150, 10_000)):
        flipped = bytearray(data)
        flipped[int(rng.integers(len(data)))] = int(rng.integers(256))
        path.write_bytes(flipped)
        assert same(Profile("work"), profile)
        for aside in profile.folder.glob("*.corrupt-*"):
            aside.unlink()


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"[" * 100_000,
        b"9" * 5000,
        b"\xef\xbb\xbf{}",
        b"\0" * 4096,
        b'{"schema": 2}',
        b"null",
        b'{"schema": true}',
    ],
)
def test_a_state_that_is_none_is_kept_aside_quickly(bad: bytes) -> None:
    profile = Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    for name in ("state.json", "state.json.bak"):
        (profile.folder / name).write_bytes(bad)
    start = time.monotonic()
    again = Profile("work")
    assert same(again, profile)
    assert time.monotonic() - start < 2
    assert len(list(profile.folder.glob("*.corrupt-*"))) == 2 == len(again.notices)


def test_a_state_of_a_gigabyte_is_not_read() -> None:
    profile = Profile("work")
    profile.record(make_pick(0))
    with (profile.folder / "state.json").open("wb") as file:
        file.truncate(1 << 30)  # takes no space: a hole
    start = time.monotonic()
    assert same(Profile("work"), profile)
    assert time.monotonic() - start < 2


@POSIX
@pytest.mark.parametrize("kind", ["folder", "fifo", "dangling link"])
def test_strange_things_in_place_of_the_state_never_hang(kind: str) -> None:
    profile = Profile("work")
    profile.record(make_pick(0))
    path = profile.folder / "state.json"
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/nowhere/at/all")
    start = time.monotonic()
    try:
        assert Profile("work").n_picks == 1
    except TpopError as error:
        assert str(path) in error.message
    assert time.monotonic() - start < 2


def record_many(home: str, start: int, n: int) -> None:
    profile = Profile("shared", AXES, Path(home))
    for i in range(start, start + n):
        profile.record(make_pick(i))


def test_four_processes_on_one_profile_lose_nothing(tmp_path: Path) -> None:
    n = count(25, 250)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=record_many, args=(str(tmp_path), 1000 * i, n)) for i in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    profile = Profile("shared", AXES, tmp_path)
    assert profile.n_picks == 4 * n
    assert [pick.id for pick in profile.picks()] == list(range(1, 4 * n + 1))
    (profile.folder / "state.json").unlink()
    (profile.folder / "state.json.bak").unlink()
    assert same(Profile("shared", AXES, tmp_path), profile)  # the fold of the log is the state


def test_a_killed_lock_holder_is_no_obstacle(tmp_path: Path) -> None:
    holding = """
import sys, time
from pathlib import Path
from tpop_cli.core.axes import AXES
from tpop_cli.store.profile import Profile
with Profile("work", AXES, Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", holding, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.kill()
    process.wait()
    process.stdout.close()
    start = time.monotonic()
    assert Profile("work", AXES, tmp_path).record(make_pick(0)).id == 1
    assert time.monotonic() - start < 2
