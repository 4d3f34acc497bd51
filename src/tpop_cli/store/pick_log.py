"""picks.jsonl: the append-only log of a profile, from which its taste can always be learned again.

Every line is one event; see `events`.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ..core.picks import Pick
from ..core.said import Said
from ..errors import BadDataError
from .events import MAX_LINE, Amend, Event, Say, Undo, decode_event, encode_event
from .files import append_line, end_of_last_line, write_atomic
from .io_errors import storage_error

_TYPICAL_LINE = 4096
_TAIL = 64  # bytes in `tail_checksum`; they include the `crc` of the last line
_LATEST = 10  # how many picks `find` looks through before it reads the whole log
_TOLD = 3  # how many damaged lines are described one by one
_BLOCK = 1 << 20  # bytes read at a time when counting lines


@dataclass(frozen=True)
class Damage:
    """A line of the log that cannot be read.

    Args:
        end: the offset after it.
        reason: what is wrong with it.
    """

    end: int
    reason: str


class PickLog:
    """Reads and appends the events of one profile.

    The caller holds the profile's lock while it appends.

    Args:
        path: the log; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    # -- reading -----------------------------------------------------------------------------------

    def picks(self, end: int | None = None, damaged: list[Damage] | None = None) -> list[Pick]:
        """The picks that count, oldest first; `end` and `damaged` as of `events`."""
        return _picks_of(event for event, _ in self.events(0, damaged, end))

    def recent(self, n: int) -> list[Pick]:
        """At most the last n picks that count, read from the end of the log."""
        # The first line may be read from its middle. Then it is not an event, and is skipped.
        start = max(0, self.size() - n * _TYPICAL_LINE)
        return _picks_of(event for event, _ in self.events(start))[-n:]

    def find(self, pick_id: int | None = None) -> Pick | None:
        """The pick of this number, or the last one, if it counts; else None."""

        def search(picks: Sequence[Pick]) -> Pick | None:
            return next((p for p in reversed(picks) if pick_id in (None, p.id)), None)

        return search(self.recent(_LATEST)) or search(self.picks())

    def events(
        self, start: int = 0, damaged: list[Damage] | None = None, end: int | None = None
    ) -> Iterator[tuple[Event, int]]:
        """The events between two offsets, each with the offset after its line.

        Unreadable lines are skipped. So is a last line without a newline: a crash cut it short, and
        its event was never recorded.

        Args:
            start: offset of the first line.
            damaged: every unreadable line is added to it.
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
                        damaged.append(Damage(offset, "it is too long"))
                    continue
                try:
                    event = decode_event(line)
                except BadDataError as error:
                    if damaged is not None:
                        damaged.append(Damage(offset, error.message))
                    continue
                yield event, offset

    def said(self, end: int | None = None) -> Said:
        """What the user said last, up to an offset; None: up to the end of the log."""
        said = Said()
        for event, _ in self.events(end=end):
            said = event.said if isinstance(event, Say) else said
        return said

    def line_number(self, end: int) -> int:
        """The number, from 1, of the line that ends at an offset."""
        n, left = 1, end - 1  # its own newline does not count
        with self._open() as file:
            while left > 0 and (block := file.read(min(left, _BLOCK))):
                n, left = n + block.count(b"\n"), left - len(block)
        return n

    def describe(self, damaged: Sequence[Damage]) -> list[str]:
        """Say which lines were skipped and why: the first few one by one, the others counted."""
        told = [
            f"line {self.line_number(one.end)} of {self.path} was skipped: {one.reason}"
            for one in damaged[:_TOLD]
        ]
        if len(damaged) > _TOLD:
            told.append(f"{len(damaged) - _TOLD} more lines of {self.path} were skipped")
        return told

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
            BadDataError: the event does not pass `events.check_event`.
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
            raise storage_error(f"cannot read {self.path}", error) from None


def _picks_of(events: Iterable[Event]) -> list[Pick]:
    """The picks that count, after all events."""
    found: dict[int, Pick] = {}
    for event in events:
        if isinstance(event, Undo):
            found.pop(event.id, None)
        elif isinstance(event, Pick):
            found[event.id] = event
        elif isinstance(event, Amend) and event.id in found:
            found[event.id] = replace(found[event.id], verdict=event.verdict, reason=event.reason)
    return list(found.values())
