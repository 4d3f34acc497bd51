"""The log and the state of a profile: read together, changed together or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ..core.axes import Axis
from ..core.picks import Pick
from ..core.posterior import Posterior
from ..core.response_matrix import ResponseMatrix
from ..core.reward import AxesReward, Priors
from ..core.said import Said
from ..core.steering import wish_axis
from ..core.taste import Taste
from ..errors import NoInputError, TpopError
from .files import make_private_dir, remove_stale_temporaries
from .fold import LogFold, catch_up, fold_log
from .locks import profile_lock
from .pick_log import Damage, PickLog
from .state import decode_fold, encode_fold, has_layout, layout_of
from .state_files import StateFiles

Result = TypeVar("Result")


class ProfileFiles:
    """What a profile's log adds up to, in memory and on disk. `profile.Profile` changes it.

    Opening it changes no file.

    Args:
        folder: the profile's folder; its name is the profile's.
        axes: the taste axes.
        priors: scales of the taste weights before any pick.

    Attributes:
        log: the log of all picks.
        notices: messages for the user about damaged or missing files.
        singles: answers since the last duel that were shown without asking.
        n_saved: how many changes were made and saved. An error, or an interrupt, that ends a change
            and leaves this as it was has taken the change back.

    Raises:
        StorageError: a file cannot be read.
        TpopError: a newer version of tpop wrote the state.
    """

    def __init__(self, folder: Path, axes: Sequence[Axis], priors: Priors) -> None:
        self.folder, self.axes = folder, tuple(axes)
        self.log = PickLog(folder / "picks.jsonl")
        self.notices: list[str] = []
        self.singles = self.n_saved = 0
        self._states = StateFiles(folder)
        # Learning does not need the response matrix.
        self._fresh = Taste.fresh(AxesReward.fresh(self.axes, ResponseMatrix({}), priors))
        self._folded = LogFold(self._fresh)
        self._on_disk = folder.is_dir()
        self._log_lost = self._locked = False
        self._load()

    @property
    def taste(self) -> Taste:
        """What was learned from all picks."""
        return self._folded.taste

    @property
    def said(self) -> Said:
        """What the user said and did not take back."""
        return self._folded.said

    @property
    def steering_axes(self) -> tuple[Axis, ...]:
        """The taste axes, and one for each wish of the user: all that can steer an arm."""
        return (*self.axes, *map(wish_axis, self.said.wishes))

    @property
    def n_picks(self) -> int:
        """Number of picks that count: undone ones do not."""
        return self._folded.n_picks

    @property
    def posterior(self) -> Posterior:
        """The posterior over taste weights after all picks."""
        return self.taste.reward.posterior

    # -- the fold of the log -----------------------------------------------------------------------

    def _refold(self) -> None:
        damaged: list[Damage] = []
        self._folded = fold_log(self.log, self._fresh, self._folded.last_id, damaged)
        self._report(damaged)

    def _catch_up(self) -> None:
        damaged: list[Damage] = []
        self._folded = catch_up(self._folded, self.log, self._fresh, damaged)
        self._report(damaged)

    def _report(self, damaged: Sequence[Damage]) -> None:
        for notice in self.log.describe(damaged):
            if notice not in self.notices:
                self.notices.append(notice)

    def _state_before(self, pick: Pick) -> dict[str, Any] | None:
        """The backup of the state, if only `pick` was logged after it. Else None.

        Restoring it saves learning a long log again.
        """
        try:
            state = self._states.load_backup()
            if not has_layout(state, self.axes) or state["picks"] != self.n_picks - 1:
                return None
            if state.get("log_mark") != self.log.tail_checksum(state["log_bytes"]):
                return None
            since = [event for event, _ in self.log.events(state["log_bytes"])]
        except (OSError, TpopError):
            return None
        return state if since == [pick] else None

    # -- files -------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the profile's lock, after reading what other processes appended to the log.

        Inside such a block another one changes nothing.

        Raises:
            BusyError: another process holds it for longer than `LOCK_SECONDS`.
            CannotCreateError, StorageError: the folder or the lock cannot be used.
            NoInputError: the profile was renamed or deleted meanwhile.
            TpopError: a newer version of tpop has written the state meanwhile.
        """
        if self._locked:
            yield
            return
        with profile_lock(self.folder):
            if self._on_disk and not self.folder.is_dir():
                raise NoInputError(
                    f"profile {self.folder.name} was renamed or deleted meanwhile",
                    "tpop profile list",
                )
            make_private_dir(self.folder)
            self._on_disk = True
            remove_stale_temporaries(self.folder)
            self._states.prepare_change()
            if self._log_is_gone():
                self._states.quarantine_all()
            self._catch_up()
            self._locked = True
            try:
                yield
            finally:
                self._locked = False

    def change(self, change: Callable[[], Result]) -> Result:
        """Make a change with the profile locked, and save it.

        Whatever ends it before that, an error or an interrupt, memory, log and state are again as
        they were before.
        """
        with self.locked():
            before, version = (self._folded, self.singles), self._states.version()
            logged, end = self.log.path.exists(), self.log.end()
            try:
                result = change()
                self._save()
                self.n_saved += 1
            except BaseException:
                self._folded, self.singles = before
                with contextlib.suppress(OSError, TpopError):  # the first error is the one to show
                    self.log.truncate(end)
                    if not logged:
                        self.log.path.unlink(missing_ok=True)
                    if self._states.version() != version:
                        self._save(backup=False)
                raise
        return result

    def _save(self, *, backup: bool = True) -> None:
        layout, folded = layout_of(self.axes), encode_fold(self._folded)
        state = {**layout, "profile": self.folder.name, **folded, "singles": self.singles}
        self._states.save(state, backup=backup)

    def _load(self) -> None:
        """Read the state, or else its backup, and then what was logged after it."""
        state = self._states.load(self.notices)
        if state is not None:
            self._restore(state)
        if self._log_is_gone():
            self.notices.append(
                f"{self.log.path} is gone: profile {self.folder.name} starts empty; "
                f"its last state stays in {self.folder}"
            )
        self._catch_up()

    def _log_is_gone(self) -> bool:
        """Whether a log that held something was read before, and does not exist any more."""
        held_something = self._log_lost or bool(self.n_picks or self.said)
        self._log_lost = held_something and not self.log.path.is_file()
        return self._log_lost

    def _restore(self, state: dict[str, Any]) -> None:
        if has_layout(state, self.axes):
            self._folded = decode_fold(state, self.log, self._fresh)
            self.singles = state["singles"]
        else:  # the weights mean something else now, but the picks do not
            last_id = state.get("last_id")
            self._folded = replace(self._folded, last_id=last_id if type(last_id) is int else 0)
            self._refold()
