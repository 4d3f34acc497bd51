"""Disks that are full, folders that cannot be written, names that no file system should see."""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tpop_cli.errors import CannotCreateError, StorageError, UsageError
from tpop_cli.store.chats import SavedChat, Turn, save_chat
from tpop_cli.store.profile import Profile

from ..cli.test_cli import JUDGE, TPOP
from ..store.test_profile import make_pick
from .report import Figures
from .table import DISK_FULL, EXPOSED, NAMES, READ_ONLY, UNREADABLE

if sys.platform == "win32":
    pytest.skip("POSIX permissions and limits", allow_module_level=True)

import resource
import signal


@contextlib.contextmanager
def files_up_to(n_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes: as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}


@DISK_FULL.shown
def test_a_full_disk_leaves_the_old_files(figures: Figures) -> None:
    """Room ends within the log, or within the state that is written after it."""
    profile = Profile("work")
    profile.record(make_pick(1))
    before = contents(profile.folder)
    log, state = len(before["picks.jsonl"]), len(before["state.json"])
    limits = [
        *range(0, log + 1, max(1, log // 20)),
        *range(log * 2 + 500, state, max(1, (state - log * 2) // 20)),
    ]
    for limit in limits:
        with files_up_to(limit), pytest.raises(StorageError, match="cannot write"):
            profile.record(make_pick(2))
        assert contents(profile.folder) == before, limit
        assert profile.n_picks == 1  # in memory, too
    assert profile.record(make_pick(2)).id == 2
    figures.say(f"{len(limits)} of {len(limits)} times identical")


def asked(
    tiny_path: Path, home: Path, *, limit: int | None = None, powerless: bool = False
) -> tuple[int, str, str]:
    """`tpop ask` with a judge: exit code, stdout, stderr."""

    def prepare() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if (
            powerless and os.geteuid() == 0
        ):  # what root may do in spite of permissions is taken from it at its start
            for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                assert (
                    ctypes.CDLL(None, use_errno=True).prctl(24, capability, 0, 0, 0) == 0
                )  # PR_CAPBSET_DROP

    environment = {
        "TPOP_MODEL": str(tiny_path),
        "TPOP_MAX_TOKENS": "8",
        "TPOP_THREADS": "1",
        "TPOP_HOME": str(home),
    }
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")
    }  # it writes, too
    done = subprocess.run(
        [*TPOP, "ask", "hello", "--judge", JUDGE],
        env={**inherited, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=prepare,
    )
    return done.returncode, done.stdout, done.stderr


def told(code: int, stdout: str, stderr: str, allowed: set[int]) -> None:
    assert code in allowed, stderr
    assert stdout.strip(), "the answer"
    error, hint = stderr.splitlines()
    assert error.startswith("error: the pick was not saved: ")
    assert hint.startswith("hint: ")


@DISK_FULL.shown
def test_the_answer_is_shown_where_its_pick_cannot_be_saved(tiny_path: Path, home: Path) -> None:
    Profile("default").record(make_pick(1))
    before = contents(home / "profiles" / "default")
    told(*asked(tiny_path, home, limit=200), {74})
    assert contents(home / "profiles" / "default") == before


@READ_ONLY.shown
@pytest.mark.parametrize("what", ["profile", "profiles", "home", "a file in place of the home"])
def test_a_place_that_cannot_be_written(
    what: str, tiny_path: Path, home: Path, figures: Figures
) -> None:
    if what == "a file in place of the home":
        home.write_text("a file stands here")
        told(*asked(tiny_path, home), {73})
        return
    Profile("default").record(make_pick(1))
    before = contents(home / "profiles" / "default")
    locked = {
        "profile": home / "profiles" / "default",
        "profiles": home / "profiles",
        "home": home,
    }[what]
    if what == "profiles":  # the profile is another one, whose folder cannot be made
        (home / "profiles" / "default").rename(home / "profiles" / "other")
    elif what == "home":
        (home / "profiles").rename(home / "other")
    locked.chmod(0o500)
    try:
        code, stdout, stderr = asked(tiny_path, home, powerless=True)
    finally:
        locked.chmod(0o700)
    told(code, stdout, stderr, {74} if what == "profile" else {73})
    if what == "profile":
        assert contents(locked) == before
    figures.say(f"{what}: exit {code}")


@UNREADABLE.shown
@pytest.mark.parametrize("name", ["state.json", "picks.jsonl"])
def test_what_may_not_be_read(name: str, tiny_path: Path, home: Path) -> None:
    Profile("default").record(make_pick(1))
    folder = home / "profiles" / "default"
    before = contents(folder)
    (folder / name).chmod(0)
    if name == "picks.jsonl":  # the state alone would do until the next pick
        (folder / "state.json").unlink()
        del before["state.json"]
    code, _, stderr = asked(tiny_path, home, powerless=True)
    (folder / name).chmod(0o600)
    error, hint = stderr.splitlines()
    assert code == 74
    assert str(folder / name) in error and "Permission denied" in error
    assert hint == "hint: check its permissions"
    assert contents(folder) == before


@READ_ONLY.shown
def test_a_home_that_cannot_be_made(home: Path) -> None:
    home.write_text("a file stands here")
    with pytest.raises(CannotCreateError, match="cannot create"):
        Profile("work").record(make_pick(1))


@EXPOSED.shown
def test_only_the_owner_can_read(
    home: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    seen: set[str] = set()
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:  # a temporary file, just before it gets its name
        assert stat.S_IMODE(self.stat().st_mode) == 0o600, self
        seen.add(self.suffix)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    old = os.umask(0)
    try:
        Profile("work").record(make_pick(1))
        Profile("work").record(make_pick(2))
        save_chat(SavedChat("20260101-000000", "work", "m", "", [Turn("Why?", "Because.")]))
    finally:
        os.umask(old)
    paths = list(home.rglob("*"))
    assert {".lock", "picks.jsonl", "state.json", "state.json.bak"} <= {path.name for path in paths}
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert seen == {".tmp"}
    figures.say(f"{len(paths)} of {len(paths)} files and folders")


BAD_NAMES = [
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "a\0b",
    "x" * 81,
    "x" * 300,
    "CON",
    "com1.txt",
    "nul",
    "a.",
    "a ",
]
BAD_NAMES += [".hidden", "-x", "\u202eevil", "\x1b[31m", "é", "a\nb", "a:b", "~", "*"]


@NAMES.shown
def test_names_that_no_file_system_should_see(home: Path, figures: Figures) -> None:
    for name in BAD_NAMES:
        with pytest.raises(UsageError) as caught:
            Profile(name)
        assert "\x1b" not in caught.value.message
    assert not home.exists()
    figures.say(f"{len(BAD_NAMES)} of {len(BAD_NAMES)} names refused")


@NAMES.shown
def test_names_that_differ_in_case_only() -> None:
    Profile("Work").record(make_pick(1))
    with pytest.raises(UsageError, match="Work"):
        Profile("work")
