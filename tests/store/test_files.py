"""Files are replaced whole, appended to line by line, and verified when they are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tpop_cli.errors import BadDataError, CannotCreateError, StorageError
from tpop_cli.store import files


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
