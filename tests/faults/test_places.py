"""Full disks, folders without write permission, file modes, and unsafe profile names."""

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

from ..cli.running import JUDGE, TPOP
from ..store.example_picks import make_pick
from .report import Figures
from .table import DISK_FULL, NAMES, PERMISSIONS, READ_ONLY, UNREADABLE

if sys.platform == "win32":
    pytest.skip("POSIX permissions and limits", allow_module_level=True)

import resource
import signal


@contextlib.contextmanager
def file_size_limit(n_bytes: int) -> Iterator[None]:
    """Files of this process cannot grow beyond `n_bytes`, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@DISK_FULL.shown
def test_a_full_disk_leaves_the_files_unchanged(figures: Figures) -> None:
    """Space runs out while the log is written, or the state after it."""
    profile = Profile("work")
    profile.record(make_pick(1))
    before = contents(profile.folder)
    log, state = len(before["picks.jsonl"]), len(before["state.json"])
    limits = [
        *range(0, log + 1, max(1, log // 20)),
        *range(log * 2 + 500, state, max(1, (state - log * 2) // 20)),
    ]
    for limit in limits:
        with file_size_limit(limit), pytest.raises(StorageError, match="cannot write"):
            profile.record(make_pick(2))
        assert contents(profile.folder) == before, limit
        assert profile.n_picks == 1  # in memory as well
    assert profile.record(make_pick(2)).id == 2
    figures.note(f"{len(limits)} of {len(limits)} times unchanged")


def ask_with_judge(
    tiny_path: Path, home: Path, *, limit: int | None = None, unprivileged: bool = False
) -> tuple[int, str, str]:
    """Run `tpop ask` with a judge; returns exit code, stdout and stderr.

    Args:
        limit: file size limit in bytes, as on a full disk.
        unprivileged: drop root's right to ignore permissions.
    """

    def prepare() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if unprivileged and os.geteuid() == 0:
            prctl, drop_capability = ctypes.CDLL(None, use_errno=True).prctl, 24  # PR_CAPBSET_DROP
            for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                assert prctl(drop_capability, capability, 0, 0, 0) == 0

    environment = {
        "TPOP_MODEL": str(tiny_path),
        "TPOP_MAX_TOKENS": "8",
        "TPOP_THREADS": "1",
        "TPOP_HOME": str(home),
    }
    # coverage would write files of its own
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    done = subprocess.run(
        [*TPOP, "ask", "hello", "--judge", JUDGE],
        env={**inherited, **environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=prepare,
    )
    return done.returncode, done.stdout, done.stderr


def assert_answer_and_error(code: int, stdout: str, stderr: str, *, expected: int) -> None:
    assert code == expected, stderr
    assert stdout.strip()  # the answer
    error, hint = stderr.splitlines()
    assert error.startswith("error: the pick was not saved: ")
    assert hint.startswith("hint: ")


@DISK_FULL.shown
def test_the_answer_is_shown_when_its_pick_cannot_be_saved(tiny_path: Path, home: Path) -> None:
    Profile("default").record(make_pick(1))
    before = contents(home / "profiles" / "default")
    assert_answer_and_error(*ask_with_judge(tiny_path, home, limit=200), expected=74)
    assert contents(home / "profiles" / "default") == before


@READ_ONLY.shown
@pytest.mark.parametrize("what", ["profile", "profiles", "home", "a file in place of the home"])
def test_the_answer_is_shown_when_a_folder_cannot_be_written(
    what: str, tiny_path: Path, home: Path, figures: Figures
) -> None:
    if what == "a file in place of the home":
        home.write_text("a file")
        assert_answer_and_error(*ask_with_judge(tiny_path, home), expected=73)
        return
    Profile("default").record(make_pick(1))
    before = contents(home / "profiles" / "default")
    locked = {
        "profile": home / "profiles" / "default",
        "profiles": home / "profiles",
        "home": home,
    }[what]
    if what == "profiles":  # without its own folder, the profile has to create one
        (home / "profiles" / "default").rename(home / "profiles" / "other")
    elif what == "home":
        (home / "profiles").rename(home / "other")
    locked.chmod(0o500)
    try:
        code, stdout, stderr = ask_with_judge(tiny_path, home, unprivileged=True)
    finally:
        locked.chmod(0o700)
    assert_answer_and_error(code, stdout, stderr, expected=74 if what == "profile" else 73)
    if what == "profile":
        assert contents(locked) == before
    figures.note(f"{what}: exit {code}")


@UNREADABLE.shown
@pytest.mark.parametrize("name", ["state.json", "picks.jsonl"])
def test_a_file_without_read_permission_is_an_error_with_its_path(
    name: str, tiny_path: Path, home: Path
) -> None:
    Profile("default").record(make_pick(1))
    folder = home / "profiles" / "default"
    before = contents(folder)
    (folder / name).chmod(0)
    if name == "picks.jsonl":  # with a state, the log is not read before the next pick
        (folder / "state.json").unlink()
        del before["state.json"]
    code, _, stderr = ask_with_judge(tiny_path, home, unprivileged=True)
    (folder / name).chmod(0o600)
    error, hint = stderr.splitlines()
    assert code == 74
    assert str(folder / name) in error and "Permission denied" in error
    assert hint == "hint: check its permissions"
    assert contents(folder) == before


@READ_ONLY.shown
def test_a_file_in_place_of_the_home_is_an_error(home: Path) -> None:
    home.write_text("a file")
    with pytest.raises(CannotCreateError, match="cannot create"):
        Profile("work").record(make_pick(1))


@PERMISSIONS.shown
def test_only_the_owner_can_read(
    home: Path, monkeypatch: pytest.MonkeyPatch, figures: Figures
) -> None:
    suffixes: set[str] = set()
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:  # self is a temporary file
        assert stat.S_IMODE(self.stat().st_mode) == 0o600, self
        suffixes.add(self.suffix)
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
    assert {"work.lock", "picks.jsonl", "state.json", "state.json.bak"} <= {
        path.name for path in paths
    }
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert suffixes == {".tmp"}
    figures.note(f"{len(paths)} of {len(paths)} files and folders")


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
def test_unsafe_profile_names_are_refused(home: Path, figures: Figures) -> None:
    for name in BAD_NAMES:
        with pytest.raises(UsageError) as caught:
            Profile(name)
        assert "\x1b" not in caught.value.message
    assert not home.exists()
    figures.note(f"{len(BAD_NAMES)} of {len(BAD_NAMES)} names refused")


@NAMES.shown
def test_a_name_that_differs_only_in_case_is_refused() -> None:
    Profile("Work").record(make_pick(1))
    with pytest.raises(UsageError, match="Work"):
        Profile("work")
