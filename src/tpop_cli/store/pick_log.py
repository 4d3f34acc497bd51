"""picks.jsonl: the append-only log of a profile. It is the truth; the state is its fold.

A line is one event, a JSON object with a checksum `crc`: {"event": "pick", ...}, {"event": "undo", "id": n} or
{"event": "amend", "id": n, "verdict": ...}.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, BinaryIO, get_args

from ..core.picks import Candidate, Pick, Verdict
from ..errors import BadDataError, StorageError
from .files import append_line, end_of_whole_lines, strict_json, write_atomic

MAX_LINE = 4 << 20
_TYPICAL_LINE = 4096
SHORTER = -1
"""The mark of a log that does not reach so far."""

_MARKED = 64  # bytes, of which the sum of the last line is a part


@dataclass(frozen=True)
class Undo:
    """The event that takes a pick back."""

    id: int


@dataclass(frozen=True)
class Amend:
    """The event that gives a pick another verdict."""

    id: int
    verdict: Verdict


Event = Pick | Undo | Amend


def encode(event: Event) -> bytes:
    """One line of the log, without its newline."""
    body = {"event": type(event).__name__.lower(), **asdict(event)}
    return _dump({**body, "crc": _crc(body)})


def decode_event(line: bytes) -> Event:
    """The event of one line.

    Raises:
        BadDataError: the line is not an event or its checksum does not fit.
    """
    body = strict_json(line)
    if not isinstance(body, dict) or body.pop("crc", None) != _crc(body):
        raise BadDataError("a line's checksum does not fit")
    kind = body.pop("event", None)
    try:
        if kind == "undo":
            return Undo(int(body["id"]))
        if kind == "amend":
            if body["verdict"] not in get_args(Verdict):
                raise ValueError(body["verdict"])
            return Amend(int(body["id"]), body["verdict"])
        known = {f.name for f in fields(Pick)}
        values = {key: value for key, value in body.items() if key in known}
        for arm in ("exploit", "explore"):
            values[arm] = Candidate(**values[arm])
        return Pick(**values)
    except (TypeError, KeyError, ValueError) as error:
        raise BadDataError(f"a line is no event: {error}") from None


class PickLog:
    """Reads and appends the events of one profile. The caller holds the profile's lock while appending."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def size(self) -> int:
        """Length of the log in bytes; 0 if there is none."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def end(self) -> int:
        """The offset behind the last whole line."""
        if not self.size():
            return 0
        with self._open() as file:
            return end_of_whole_lines(file)

    def mark(self, end: int) -> int:
        """A sum of the bytes just before an offset, by which one log is told from another; or SHORTER."""
        start = max(0, end - _MARKED)
        if self.size() < end:
            return SHORTER
        if not end:
            return 0
        with self._open() as file:
            file.seek(start)
            return zlib.crc32(file.read(end - start))

    def append(self, event: Event) -> int:
        """Add an event; returns the new length in bytes. Raises StorageError, leaving the log as it was."""
        return append_line(self.path, encode(event))

    def append_many(self, events: Sequence[Event]) -> int:
        """Add events in one write; returns the new length in bytes. Errors as `append`."""
        return append_line(self.path, b"\n".join(map(encode, events))) if events else self.size()

    def cut(self, size: int) -> None:
        """Take back what was appended beyond a size; a log that was not there stays empty."""
        if self.size() > size:
            os.truncate(self.path, size)

    def rewrite(self, events: Sequence[Event]) -> None:
        """Replace the whole log in one step. Raises StorageError, leaving the log as it was."""
        write_atomic(self.path, b"".join(encode(event) + b"\n" for event in events))

    def events(
        self, start: int = 0, damaged: list[int] | None = None, end: int | None = None
    ) -> Iterator[tuple[Event, int]]:
        """The events from byte `start` on, up to byte `end` if it is given, each with the offset behind it.

        Lines that cannot be read are passed over, and their offsets are added to `damaged`. A last line
        without a newline is a write that a crash cut short: it never happened. Raises StorageError.
        """
        if self.size() <= start:
            return
        with self._open() as file:
            file.seek(start)
            offset = start
            for line in iter(lambda: file.readline(MAX_LINE), b""):
                offset += len(line)
                if end is not None and offset > end:
                    return
                if not line.endswith(b"\n"):
                    if len(line) == MAX_LINE and damaged is not None:
                        damaged.append(offset)
                    continue
                try:
                    yield decode_event(line), offset
                except BadDataError:
                    if damaged is not None:
                        damaged.append(offset)

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise StorageError(
                f"cannot read {self.path}: {error.strerror}", "check its permissions"
            ) from None

    def picks(self, end: int | None = None) -> list[Pick]:
        """The picks that were not taken back, in order; those of the first `end` bytes, if it is given."""
        return self._picks_from(0, end)

    def recent(self, n: int) -> list[Pick]:
        """The last picks, at most n, read from the end of the log; those taken back are left out."""
        # The first line may start in its middle: then it is no event and is passed over.
        return self._picks_from(max(0, self.size() - n * _TYPICAL_LINE))[-n:]

    def _picks_from(self, start: int, end: int | None = None) -> list[Pick]:
        found: dict[int, Pick] = {}
        for event, _ in self.events(start, end=end):
            if isinstance(event, Undo):
                found.pop(event.id, None)
            elif isinstance(event, Pick):
                found[event.id] = event
            elif event.id in found:
                found[event.id] = replace(found[event.id], verdict=event.verdict)
        return list(found.values())


def _dump(body: dict[str, Any]) -> bytes:
    def dump(ensure_ascii: bool) -> bytes:
        text = json.dumps(body, ensure_ascii=ensure_ascii, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8")

    try:
        return dump(ensure_ascii=False)
    except UnicodeEncodeError:  # half a surrogate pair: only an escape can hold it
        return dump(ensure_ascii=True)


def _crc(body: dict[str, Any]) -> int:
    # Keys are sorted for the sum only, so that a reader may keep them in any order.
    return zlib.crc32(
        json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    )
