"""The log of picks: events are written whole, damaged lines are skipped."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tpop_cli.core.picks import Pick
from tpop_cli.errors import BadDataError, StorageError
from tpop_cli.store.pick_log import (
    MAX_LINE,
    Amend,
    PickLog,
    Undo,
    _crc,
    _dump,
    decode_event,
    encode_event,
)

from .example_picks import make_pick


def with_checksum(body: dict[str, object]) -> bytes:
    return _dump({**body, "crc": _crc(body)})


# -- lines -----------------------------------------------------------------------------------------


def test_a_decoded_event_equals_the_encoded_one() -> None:
    for event in (make_pick(3, "tie"), Undo(7)):
        assert decode_event(encode_event(event)) == event
    odd = replace(make_pick(1), prompt="half a pair \ud800 and \u2028 a line")
    assert decode_event(encode_event(odd)) == odd
    assert b"\n" not in encode_event(odd)


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
def test_a_damaged_line_is_refused(line: bytes) -> None:
    with pytest.raises(BadDataError):
        decode_event(line)


@pytest.mark.parametrize(
    "body",
    [
        {"event": "amend", "id": 1, "verdict": "nonsense"},
        {"event": "undo"},
        {"event": "pick", "id": 1},
        {"event": "pick", "exploit": 3, "explore": 4},
    ],
)
def test_an_incomplete_event_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(BadDataError, match="a line is not an event"):
        decode_event(with_checksum(body))


def test_unknown_keys_of_a_pick_are_ignored() -> None:
    """A newer tpop may write them."""
    body = json.loads(encode_event(make_pick(1)))
    del body["crc"]
    assert decode_event(with_checksum({**body, "mood": "good"})) == make_pick(1)


# -- the log ---------------------------------------------------------------------------------------


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
    damaged: list[int] = []
    assert [event for event, _ in log.events(ends[1], damaged)] == [Undo(5), Undo(6)]
    assert damaged[0] == ends[2] + 7
    assert len(damaged) == 3  # a line that is too long is read in parts, and each part counts
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
