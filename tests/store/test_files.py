"""Files that are written and read: what goes wrong with them is told, what was there stays."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.core.neural import Network
from tpop_cli.errors import BadDataError, CannotCreateError, StorageError
from tpop_cli.store import files
from tpop_cli.store.neural_files import NeuralFiles, NeuralState
from tpop_cli.store.pick_log import MAX_LINE, Amend, PickLog, Undo, decode_event, encode_event
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import back_up, delete_profile
from tpop_cli.store.state_files import quarantine

from .test_profile import make_pick, same


def test_what_is_read_is_bounded_and_regular(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with pytest.raises(FileNotFoundError):
        files.read_bounded(path, 10)
    path.write_bytes(b"0123456789")
    assert files.read_bounded(path, 10) == b"0123456789"
    with pytest.raises(BadDataError, match="longer than 9 bytes"):
        files.read_bounded(path, 9)
    with pytest.raises(BadDataError, match="not a regular file"):
        files.read_bounded(tmp_path, 10)


def test_where_links_cannot_be_made_the_backup_is_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError(1, "not here")

    path = tmp_path / "state"
    files.write_atomic(path, b"one", backup=True)
    monkeypatch.setattr(os, "link", no_link)
    files.write_atomic(path, b"two", backup=True)
    backup = tmp_path / "state.bak"
    assert (path.read_bytes(), backup.read_bytes()) == (b"two", b"one")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in tmp_path.iterdir()) == ["state", "state.bak"]


def test_a_backup_that_is_the_file_itself_leaves_nothing_behind(tmp_path: Path) -> None:
    """As after a crash between the backup and the new content."""
    path = tmp_path / "state"
    path.write_bytes(b"one")
    os.link(path, tmp_path / "state.bak")
    files.write_atomic(path, b"two", backup=True)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["state", "state.bak"]
    assert (path.read_bytes(), (tmp_path / "state.bak").read_bytes()) == (b"two", b"one")


def test_lines_are_appended_behind_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert files.append_line(path, b"one\n") == 4
    with path.open("ab") as file:
        file.write(b"x" * 200_000)  # a torn line, longer than what is looked at in one go
    assert files.append_line(path, b"two") == 8
    assert path.read_bytes() == b"one\ntwo\n"
    path.write_bytes(b"torn and nothing else")
    assert files.append_line(path, b"three") == 6
    with pytest.raises(StorageError, match="cannot write"):
        files.append_line(tmp_path, b"a folder")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CannotCreateError, match="cannot create the folder"):
            files.make_private_dir(path)


def test_stale_is_an_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, age in ((".a.tmp", 3700), (".b.tmp", 3500), ("c.tmp", 9999), (".d.txt", 9999)):
        path = tmp_path / name
        path.write_text("x")
        now = path.stat().st_mtime
        os.utime(path, (now - age, now - age))
    files.remove_stale_temporaries(tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == [".b.tmp", ".d.txt", "c.tmp"]
    monkeypatch.setattr(files, "_STALE_SECONDS", -1.0)
    monkeypatch.setattr(Path, "unlink", lambda *_: (_ for _ in ()).throw(FileNotFoundError()))
    files.remove_stale_temporaries(tmp_path)  # somebody else was quicker: no matter


def test_what_is_sealed_is_told_from_what_is_not() -> None:
    sealed = files.encode_checksummed({"schema": 1, "text": "é ☃"})
    assert files.decode_checksummed(sealed) == {"schema": 1, "text": "é ☃"}
    for bad in (
        sealed.replace(b"1", b"2", 1),
        b"[]",
        b"3",
        b'{"schema": "1"}',
        b"{",
        b'{"a":1,"a":2}',
    ):
        with pytest.raises(BadDataError):
            files.decode_checksummed(bad)


def test_a_file_that_cannot_be_set_aside_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("x")
    (tmp_path / "state.json.corrupt-1").write_text("an older one")
    assert quarantine(path).name == "state.json.corrupt-2"
    assert quarantine(path) == path  # it is gone by now


LINE = encode_event(make_pick(1))


# -- the log ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b'{"event":"pick"}',
        encode_event(make_pick(1))[:-3],
        encode_event(make_pick(1)).replace(b"question", b"Question"),
    ],
)
def test_lines_that_are_no_events(line: bytes) -> None:
    with pytest.raises(BadDataError):
        decode_event(line)


def _signed(body: dict[str, object]) -> bytes:
    from tpop_cli.store.pick_log import _crc, _dump

    return _dump({**body, "crc": _crc(body)})


@pytest.mark.parametrize(
    "body",
    [
        {"event": "amend", "id": 1, "verdict": "nonsense"},
        {"event": "undo"},
        {"event": "pick", "id": 1},
        {"event": "pick", "exploit": 3, "explore": 4},
    ],
)
def test_signed_lines_that_are_no_events(body: dict[str, object]) -> None:
    with pytest.raises(BadDataError, match="a line is not an event"):
        decode_event(_signed(body))


def test_a_newer_programs_pick_is_read_as_far_as_it_is_known() -> None:
    import json

    body = json.loads(encode_event(make_pick(1)))
    del body["crc"]
    assert decode_event(_signed({**body, "mood": "good"})) == make_pick(1)


def test_events_are_read_from_anywhere_and_damage_is_told(tmp_path: Path) -> None:
    log = PickLog(tmp_path / "picks.jsonl")
    assert (log.size(), log.end(), log.tail_checksum(0), log.picks(), list(log.events())) == (
        0,
        0,
        0,
        [],
        [],
    )
    ends = [log.append(event) for event in (make_pick(1), Amend(0, "tie"), Undo(5))]
    assert log.append_many([]) == log.size() == ends[-1]
    assert [end for _, end in log.events()] == ends
    assert [event for event, _ in log.events(ends[0])] == [Amend(0, "tie"), Undo(5)]
    assert [event for event, _ in log.events(end=ends[1])][1:] == [Amend(0, "tie")]
    with log.path.open("ab") as file:
        file.write(b"damage\n" + b"y" * (MAX_LINE + 5) + b"\n" + encode_event(Undo(6)) + b"\n")
    damaged: list[int] = []
    assert [event for event, _ in log.events(ends[1], damaged)] == [Undo(5), Undo(6)]
    assert damaged[0] == ends[2] + 7
    assert len(damaged) == 3  # a line that is too long counts for each part that is read
    log.truncate(ends[0])
    assert [pick.verdict for pick in log.picks()] == ["exploit"]
    log.path.unlink()
    log.truncate(0)  # nothing to cut


def test_a_log_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PickLog(tmp_path / "picks.jsonl")
    log.append(Undo(1))

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(StorageError, match=r"cannot read .*picks\.jsonl: Permission denied"):
        list(log.events())


def test_a_log_that_was_replaced_by_a_longer_one_is_folded_anew() -> None:
    """Even where it is the same file to the file system, which gives numbers again."""
    profile, other = Profile("work"), Profile("other")
    profile.record(make_pick(1))
    for n in range(5):
        other.record(make_pick(10 + n))
    profile.log.path.write_bytes(other.log.path.read_bytes())
    for seen in (profile, Profile("work")):
        seen.reload()
        assert [pick.prompt for pick in seen.picks()] == [f"question {10 + n} ☃" for n in range(5)]
        assert same(seen, other)
    profile.record(make_pick(20))
    assert [pick.id for pick in Profile("work").picks()] == [1, 2, 3, 4, 5, 6]
    assert same(Profile("work"), profile)


def test_a_torn_line_is_no_part_of_what_was_read() -> None:
    profile = Profile("work")
    profile.record(make_pick(0))
    with profile.log.path.open("ab") as file:
        file.write(b"torn" * 100)
    again = Profile("work")
    again.reload()
    again.count_single()
    again.record(make_pick(1))
    fresh = Profile("work")
    assert fresh.n_picks == 2
    assert same(fresh, again)


def test_a_state_of_before_there_were_marks_is_read() -> None:
    profile = Profile("work")
    profile.record(make_pick(0))
    path = profile.folder / "state.json"
    state = files.decode_checksummed(path.read_bytes())
    del state["log_mark"]
    path.write_bytes(files.encode_checksummed(state))
    assert same(Profile("work"), profile)
    profile.log.path.write_bytes(b"")
    assert Profile("work").n_picks == 0


def test_a_shorter_log_is_folded_anew() -> None:
    profile, other = Profile("work"), Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    lines = profile.log.path.read_bytes().splitlines(keepends=True)
    profile.log.path.write_bytes(b"".join(lines[:2]))
    other.record(make_pick(9))
    assert [pick.id for pick in other.picks()] == [1, 2, 3]
    assert Profile("work").n_picks == other.n_picks == 3


def test_single_answers_are_counted_between_duels() -> None:
    profile = Profile("work")
    profile.count_single()
    assert (
        profile.singles == 0 and not profile.folder.exists()
    )  # nothing is written before the first pick
    profile.record(make_pick(0))
    profile.count_single()
    profile.count_single()
    assert (profile.singles, Profile("work").singles) == (2, 2)
    profile.record(make_pick(1))
    assert Profile("work").singles == 0


def test_moving_files_that_cannot_be_moved_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    def refused(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    profile = Profile("work")
    assert back_up(profile) is None
    profile.record(make_pick(1))
    monkeypatch.setattr(shutil, "move", refused)
    with pytest.raises(StorageError, match=r"cannot move or copy .*No space left"):
        delete_profile("work")
    assert Profile("work").n_picks == 1


# -- the network's files ---------------------------------------------------------------------------------


def test_the_networks_state_comes_back_and_is_checked(tmp_path: Path) -> None:
    kept = NeuralFiles(tmp_path / "work")
    assert kept.load() is None
    rng = np.random.default_rng(0)
    network = Network(rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=3))
    kept.save(NeuralState("f00", network, np.abs(rng.normal(size=18)), 5))
    found = kept.load()
    assert found is not None
    assert (found.fingerprint, found.fitted) == ("f00", 5)
    np.testing.assert_allclose(found.network.W, network.W, rtol=1e-6)
    np.testing.assert_allclose(found.network.a, network.a, rtol=1e-6)
    path = tmp_path / "work" / "neural.json"
    assert path.stat().st_mode & 0o777 == 0o600
    state = files.decode_checksummed(path.read_bytes())
    for change in (
        {"schema": 9},
        {"shape": [3, 5]},
        {"W": "no base64!"},
        {"V": None},
        {"b": state["b"][:8]},
    ):
        path.write_bytes(files.encode_checksummed(state | change))
        with pytest.raises(BadDataError, match="cannot read") as caught:
            kept.load()
        assert caught.value.hint == "rebuild it: add --rebuild"


def test_embeddings_are_those_of_the_model_and_damage_is_passed_over(tmp_path: Path) -> None:
    kept = NeuralFiles(tmp_path / "work")
    assert kept.embeddings("f00", 4) == {}
    pair = (np.arange(4.0), np.ones(4))
    kept.add("f00", 1, pair)
    kept.add("f01", 2, pair)
    kept.add("f00", 3, (np.array([np.nan] * 4), np.ones(4)))
    kept.add("f00", 4, (np.ones(3), np.ones(3)))
    with (tmp_path / "work" / "embeddings.jsonl").open("ab") as file:
        file.write(b"damage\n")
    kept.add("f00", 5, pair)
    found = kept.embeddings("f00", 4)
    assert sorted(found) == [1, 5]
    np.testing.assert_array_equal(found[1][0], pair[0])
    kept.clear()
    kept.clear()
    assert kept.embeddings("f00", 4) == {} and kept.load() is None
