"""picks.jsonl: the append-only log of a profile, from which its taste can always be learned again.

A line is one event, a JSON object with a checksum `crc`: {"event": "pick", ...},
{"event": "undo", "id": n} or {"event": "amend", "id": n, "verdict": ...}.
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
from .files import append_line, end_of_last_line, strict_json, write_atomic

MAX_LINE = 4 << 20
_TYPICAL_LINE = 4096
_TAIL = 64  # bytes in `tail_checksum`; they include the `crc` of the last line
_LATEST = 10  # how many picks `find` looks through before it reads the whole log


@dataclass(frozen=True)
class Undo:
    """The event that undoes a pick."""

    id: int


@dataclass(frozen=True)
class Amend:
    """The event that changes the verdict of a pick."""

    id: int
    verdict: Verdict


Event = Pick | Undo | Amend


def encode_event(event: Event) -> bytes:
    """One line of the log, without its newline."""
    body = {"event": type(event).__name__.lower(), **asdict(event)}
    return _dump({**body, "crc": _crc(body)})


def decode_event(line: bytes) -> Event:
    """Decode one line. Unknown keys of a pick are ignored: a newer tpop may write them.

    Raises:
        BadDataError: the line is not an event, or its checksum is wrong.
    """
    body = strict_json(line)
    if not isinstance(body, dict) or body.pop("crc", None) != _crc(body):
        raise BadDataError("a line has a wrong checksum")
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
        raise BadDataError(f"a line is not an event: {error}") from None


class PickLog:
    """Reads and appends the events of one profile.

    The caller holds the profile's lock while it appends.

    Args:
        path: the log; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    # -- reading -----------------------------------------------------------------------------------

    def picks(self, end: int | None = None) -> list[Pick]:
        """The picks that count, oldest first; with `end`, those of the first `end` bytes."""
        return self._picks_from(0, end)

    def recent(self, n: int) -> list[Pick]:
        """At most the last n picks that count, read from the end of the log."""
        # The first line may be read from its middle. Then it is not an event, and is skipped.
        return self._picks_from(max(0, self.size() - n * _TYPICAL_LINE))[-n:]

    def find(self, pick_id: int | None = None) -> Pick | None:
        """The pick of this number, or the last one, if it counts; else None."""

        def search(picks: Sequence[Pick]) -> Pick | None:
            return next((p for p in reversed(picks) if pick_id in (None, p.id)), None)

        return search(self.recent(_LATEST)) or search(self.picks())

    def events(
        self, start: int = 0, damaged: list[int] | None = None, end: int | None = None
    ) -> Iterator[tuple[Event, int]]:
        """The events between two offsets, each with the offset after its line.

        Unreadable lines are skipped. So is a last line without a newline: a crash cut it short, and
        its event was never recorded.

        Args:
            start: offset of the first line.
            damaged: the offset after every unreadable line is added to it.
            end: offset after the last line; None: the end of the log.

        Raises:
            StorageError: the log cannot be read.
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

    def size(self) -> int:
        """Length of the log in bytes; 0 if it does not exist."""
        return self.path.stat().st_size if self.path.is_file() else 0

    def end(self) -> int:
        """Offset after the last complete line."""
        if not self.size():
            return 0
        with self._open() as file:
            return end_of_last_line(file)

    def tail_checksum(self, end: int) -> int | None:
        """CRC-32 of the bytes just before an offset; None if the log is shorter than that.

        It tells a log that only grew from one that was replaced. An inode would not: file systems
        reuse their numbers.
        """
        start = max(0, end - _TAIL)
        if self.size() < end:
            return None
        if not end:
            return 0
        with self._open() as file:
            file.seek(start)
            return zlib.crc32(file.read(end - start))

    # -- writing -----------------------------------------------------------------------------------

    def append(self, event: Event) -> int:
        """Append an event.

        Returns:
            The new length in bytes.

        Raises:
            StorageError: writing failed; the log is unchanged.
        """
        return append_line(self.path, encode_event(event))

    def append_many(self, events: Sequence[Event]) -> int:
        """Append events in one write. Returns and raises as `append`."""
        if not events:
            return self.size()
        return append_line(self.path, b"\n".join(map(encode_event, events)))

    def truncate(self, size: int) -> None:
        """Remove what was appended after the log had this size."""
        if self.size() > size:
            os.truncate(self.path, size)

    def rewrite(self, events: Sequence[Event]) -> None:
        """Replace the whole log atomically.

        Raises:
            StorageError: writing failed; the log is unchanged.
        """
        write_atomic(self.path, b"".join(encode_event(event) + b"\n" for event in events))

    def _open(self) -> BinaryIO:
        try:
            return self.path.open("rb")
        except OSError as error:
            raise StorageError(
                f"cannot read {self.path}: {error.strerror}", "check its permissions"
            ) from None

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
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can represent
        return dump(ensure_ascii=True)


def _crc(body: dict[str, Any]) -> int:
    # Keys are sorted for the checksum only, so that their order in the line does not matter.
    return zlib.crc32(
        json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    )
