"""The fold of a pick log: what its events add up to, and how far the log was read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..core.picks import Pick, fold, learn_pick
from ..core.said import Said
from ..core.taste import Taste
from .events import Numbered, Say
from .pick_log import Damage, PickLog


@dataclass(frozen=True)
class LogFold:
    """What a log adds up to, up to some offset.

    Args:
        taste: the taste after all picks that count.
        n_picks: number of picks that count.
        last_id: the highest number that was ever given. Numbers are never used again.
        log_bytes: how many bytes of the log are folded.
        log_checksum: `PickLog.tail_checksum` at that offset. It shows whether the log was replaced.
        said: what the user said and did not take back.
    """

    taste: Taste
    n_picks: int = 0
    last_id: int = 0
    log_bytes: int = 0
    log_checksum: int | None = 0
    said: Said = Said()

    def add(self, pick: Pick) -> LogFold:
        """The fold after one more pick. Follow with `read_to` once the pick is in the log."""
        return replace(
            self,
            taste=learn_pick(self.taste, pick),
            n_picks=self.n_picks + 1,
            last_id=max(self.last_id, pick.id),
        )

    def read_to(self, log: PickLog, end: int) -> LogFold:
        """The same fold, marked as read up to byte `end` of the log."""
        return replace(self, log_bytes=end, log_checksum=log.tail_checksum(end))


def fold_log(
    log: PickLog, fresh: Taste, last_id: int = 0, damaged: list[Damage] | None = None
) -> LogFold:
    """Fold a whole log.

    Lines that another process appends meanwhile are left for `catch_up`.

    Args:
        log: the log.
        fresh: the taste before any pick.
        last_id: the highest number that is known to have been given. The log may know a higher one.
        damaged: every unreadable line is added to it.
    """
    end = log.end()
    picks = log.picks(end, damaged)
    last_id = max([last_id, *(event.id for event, _ in log.events(end=end))])
    folded = LogFold(fold(fresh, picks), len(picks), last_id, said=log.said(end))
    return folded.read_to(log, end)


def catch_up(
    folded: LogFold, log: PickLog, fresh: Taste, damaged: list[Damage] | None = None
) -> LogFold:
    """Fold what was appended to the log since it was last read.

    The whole log is folded again if it was replaced or cut, or if an event changes what was folded.

    Args:
        folded: the fold so far.
        log: the log.
        fresh: the taste before any pick.
        damaged: every unreadable line among the new ones is added to it.
    """
    checksum = log.tail_checksum(folded.log_bytes)
    if checksum is None or checksum != folded.log_checksum:
        return fold_log(log, fresh, folded.last_id, damaged)
    appended = list(log.events(folded.log_bytes, damaged))
    for event, _ in appended:
        if isinstance(event, Numbered):
            folded = replace(folded, last_id=max(folded.last_id, event.id))
        elif isinstance(event, Say):
            folded = replace(folded, said=event.said)
        elif isinstance(event, Pick) and event.id > folded.last_id:
            folded = folded.add(event)
        else:  # undone, amended, or a number that the log already has
            return fold_log(log, fresh, folded.last_id)
    if appended:
        folded = folded.read_to(log, appended[-1][1])
    return folded
