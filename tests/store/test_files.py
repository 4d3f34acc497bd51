"""Files are replaced whole, appended to line by line, and verified when they are read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tpop_cli.errors import BadDataError, CannotCreateError, StorageError
from tpop_cli.store import files
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import rename_profile

from ..faults.table import NO_SYNC
from .example_picks import make_pick, same, taught


def test_only_a_regular_file_of_limited_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(FileNotFoundError):
        files.read_bounded(path, 10)
    path.write_bytes(b"0123456789")
    assert files.read_bounded(path, 10) == b"0123456789"
    with pytest.raises(BadDataError, match="longer than 9 bytes"):
        files.read_bounded(path, 9)
    with pytest.raises(BadDataError, match="not a regular file"):
        files.read_bounded(tmp_path, 10)


# -- replacing -------------------------------------------------------------------------------------


def test_without_hard_links_the_backup_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "not here")

    path = tmp_path / "state"
    files.write_atomic(path, b"one", backup=True)
    monkeypatch.setattr(os, "link", refuse)
    files.write_atomic(path, b"two", backup=True)
    backup = tmp_path / "state.bak"
    assert (path.read_bytes(), backup.read_bytes()) == (b"two", b"one")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["state", "state.bak"]


def test_a_backup_that_is_the_same_file_leaves_no_temporary_file(tmp_path: Path) -> None:
    """As after a crash between the backup and the new content."""
    path = tmp_path / "state"
    path.write_bytes(b"one")
    os.link(path, tmp_path / "state.bak")
    files.write_atomic(path, b"two", backup=True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["state", "state.bak"]
    assert (path.read_bytes(), (tmp_path / "state.bak").read_bytes()) == (b"two", b"one")


def test_only_old_temporary_files_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, age in ((".a.tmp", 3700), (".b.tmp", 3500), ("c.tmp", 9999), (".d.txt", 9999)):
        path = tmp_path / name
        path.write_text("x")
        now = path.stat().st_mtime
        os.utime(path, (now - age, now - age))
    files.remove_stale_temporaries(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == [".b.tmp", ".d.txt", "c.tmp"]
    monkeypatch.setattr(files, "_STALE_SECONDS", -1.0)
    monkeypatch.setattr(Path, "unlink", lambda *_: (_ for _ in ()).throw(FileNotFoundError()))
    files.remove_stale_temporaries(tmp_path)  # another process removed it first: no error


def test_a_folder_cannot_be_created_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CannotCreateError, match="cannot create the folder"):
            files.make_private_dir(path)


# -- appending -------------------------------------------------------------------------------------


def test_a_line_is_appended_after_the_last_complete_one(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert files.append_line(path, b"one\n") == 4
    with path.open("ab") as file:
        file.write(b"x" * 200_000)  # an incomplete line, longer than one block
    assert files.append_line(path, b"two") == 8
    assert path.read_bytes() == b"one\ntwo\n"
    path.write_bytes(b"an incomplete line and nothing else")
    assert files.append_line(path, b"three") == 6
    with pytest.raises(StorageError, match="cannot write"):
        files.append_line(tmp_path, b"a folder")


# -- checksums -------------------------------------------------------------------------------------


def test_a_changed_byte_is_detected_by_the_checksum() -> None:
    data = files.encode_checksummed({"schema": 1, "text": "é ☃"})
    assert files.decode_checksummed(data) == {"schema": 1, "text": "é ☃"}
    for bad in (
        data.replace(b"1", b"2", 1),
        b"[]",
        b"3",
        b'{"schema": "1"}',
        b"{",
        b'{"a":1,"a":2}',
    ):
        with pytest.raises(BadDataError):
            files.decode_checksummed(bad)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"a":1,"a":2}', "not valid JSON: duplicate key"),
        (b"[NaN]", "not valid JSON: NaN is not a JSON number"),
        (b"[-Infinity]", "not valid JSON: -Infinity is not a JSON number"),
        (b"\xff", "not valid JSON: 'utf-8' codec"),
    ],
)
def test_json_outside_the_standard_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(BadDataError, match=message):
        files.strict_json(text)


# -- syncing ---------------------------------------------------------------------------------------

CANNOT_SYNC = [errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS]


def failing_sync(folders: bool, number: int) -> Callable[[int], None]:
    """os.fsync of a file system that cannot sync folders, or files."""
    sync = os.fsync

    def run(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == folders:
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    return run


@NO_SYNC.shown
@pytest.mark.parametrize("number", [*CANNOT_SYNC, errno.EACCES])
def test_a_folder_that_cannot_be_synced_is_no_failure(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing_sync(folders=True, number=number))
    profile = Profile("work")
    for n in range(2):
        profile.record(make_pick(n))
    assert same(Profile("work"), profile)
    rename_profile("work", "job")
    assert Profile("job").n_picks == 2


@NO_SYNC.shown
@pytest.mark.parametrize("number", CANNOT_SYNC)
def test_a_file_that_cannot_be_synced_is_no_failure(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", failing_sync(folders=False, number=number))
    assert Profile("work").record(make_pick(0)).id == 1


@NO_SYNC.shown
def test_a_folder_that_cannot_be_listed_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refuse(path: Path, flags: int, mode: int = 0o777, **more: int) -> int:
        if Path(path).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, flags, mode, **more)

    monkeypatch.setattr(os, "open", refuse)
    assert Profile("work").record(make_pick(0)).id == 1


@NO_SYNC.shown
@pytest.mark.parametrize("folders", [True, False])
def test_a_disk_that_fails_is_a_failure(folders: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = taught("work", 1)
    log = profile.log.path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing_sync(folders=folders, number=errno.EIO))
        with pytest.raises(StorageError, match="cannot write") as caught:
            profile.record(make_pick(1))
    assert "space" not in caught.value.hint and "permission" not in caught.value.hint
    assert profile.log.path.read_bytes() == log
    assert same(Profile("work"), profile) and profile.n_picks == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(errno.ENOSPC, "full")])
def test_an_append_that_is_interrupted_adds_nothing(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not when the file is closed."""

    def interrupt(_: int) -> None:
        raise error

    path = tmp_path / "log"
    files.append_line(path, b"one")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises((KeyboardInterrupt, StorageError)):
        files.append_line(path, b"two" * 1_000_000)
    assert path.read_bytes() == b"one\n"
