"""The log of picks: events are written whole, damaged lines are skipped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tpop_cli.core.picks import Pick
from tpop_cli.errors import StorageError
from tpop_cli.store.events import MAX_LINE, Amend, Undo, encode_event
from tpop_cli.store.pick_log import Damage, PickLog

from .example_picks import make_pick


def test_a_log_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    log = PickLog(tmp_path / "picks.jsonl")
    assert (log.size(), log.end(), log.tail_checksum(0)) == (0, 0, 0)
    assert (log.picks(), list(log.events()), log.find()) == ([], [], None)
    log.truncate(0)
    assert not log.path.exists()


def test_events_are_read_from_any_offset_and_damage_is_reported(tmp_path: Path) -> None:
    log = PickLog(tmp_path / "picks.jsonl")
    ends = [log.append(event) for event in (make_pick(1), Amend(0, "tie"), Undo(5))]
    assert log.append_many([]) == log.size() == ends[-1]
    assert [end for _, end in log.events()] == ends
    assert [event for event, _ in log.events(ends[0])] == [Amend(0, "tie"), Undo(5)]
    assert [event for event, _ in log.events(end=ends[1])][1:] == [Amend(0, "tie")]
    with log.path.open("ab") as file:
        file.write(b"damage\n" + b"y" * (MAX_LINE + 5) + b"\n" + encode_event(Undo(6)) + b"\n")
    damaged: list[Damage] = []
    assert [event for event, _ in log.events(ends[1], damaged)] == [Undo(5), Undo(6)]
    assert damaged[0].end == ends[2] + 7
    assert len(damaged) == 3  # a line that is too long is read in parts, and each part counts
    assert [log.line_number(one.end) for one in damaged] == [4, 5, 5]
    notices = log.describe([damaged[0]] * 5)
    assert notices[0].startswith(f"line 4 of {log.path} was skipped: not valid JSON")
    assert notices[3:] == [f"2 more lines of {log.path} were skipped"]
    log.truncate(ends[0])
    assert [pick.verdict for pick in log.picks()] == ["exploit"]


def test_a_pick_is_found_by_number_or_as_the_last_one(tmp_path: Path) -> None:
    log = PickLog(tmp_path / "picks.jsonl")
    log.append_many([replace(make_pick(n), id=n + 1) for n in range(40)])
    log.append(Undo(40))

    def number(pick: Pick | None) -> int | None:
        return pick.id if pick else None

    assert [number(log.find(n)) for n in (1, 38, 39, 40, 41, None)] == [1, 38, 39, None, None, 39]


def test_the_tail_checksum_tells_logs_apart(tmp_path: Path) -> None:
    one, other = PickLog(tmp_path / "one"), PickLog(tmp_path / "other")
    end = one.append(make_pick(1))
    assert one.tail_checksum(end + 1) is None  # the log is shorter
    checksum = one.tail_checksum(end)
    one.append(Undo(1))
    assert one.tail_checksum(end) == checksum
    other.append_many([make_pick(n) for n in (2, 3)])
    assert other.tail_checksum(end) != checksum


def test_the_error_for_an_unreadable_log_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PickLog(tmp_path / "picks.jsonl")
    log.append(Undo(1))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StorageError, match=r"cannot read .*picks\.jsonl: Permission denied"):
        list(log.events())
