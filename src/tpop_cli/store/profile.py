"""A profile: one person's taste on disk.

`picks.jsonl` is the log of all picks. `state.json` is what was learned from it: opening a profile
reads the state, and only learns what was logged after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.axes import Axis
from ..core.picks import Pick, Verdict
from ..core.posterior import Posterior
from ..core.response_matrix import ResponseMatrix
from ..core.reward import AxesReward, Priors
from ..core.taste import Taste
from ..errors import NoInputError, StorageError, TpopError
from . import paths
from .files import file_lock, make_private_dir, remove_stale_temporaries
from .fold import LogFold, catch_up, fold_log
from .neural_files import NeuralFiles
from .own_axes import load_axes
from .pick_log import Amend, Event, PickLog, Undo
from .state import SCHEMA, decode_fold, encode_fold, has_layout, layout_of
from .state_files import StateFiles

LOCK_SECONDS = 5.0


class Profile:
    """The bandit state of one profile, in memory and on disk.

    `taste` is always what the log adds up to. Nothing is written before the first pick.

    Args:
        name: the profile's name.
        axes: the taste axes; None: the built-in ones and the user's own. If the state on disk was
            written for other axes, the log is learned again.
        parent: the folder that holds the profile's folder; None: the folder of the user's profiles.
            With `axes` and `parent`, neither $TPOP_HOME nor the user's configuration is read.
        priors: scales of the taste weights before any pick. A state does not record them: only a
            bench that throws its profiles away sets others.

    Raises:
        UsageError: the name cannot be used.
        BadDataError: axes.json is broken.
        StorageError: a file cannot be read.
        TpopError: a newer version of tpop wrote the state.
    """

    def __init__(
        self,
        name: str,
        axes: Sequence[Axis] | None = None,
        parent: Path | None = None,
        priors: Priors = Priors(),
    ) -> None:
        self.name = paths.check_profile_name(name, parent)
        self.axes = load_axes() if axes is None else tuple(axes)
        self.folder = (parent or paths.profiles_dir()) / name
        self.log = PickLog(self.folder / "picks.jsonl")
        self._states = StateFiles(self.folder)
        self.notices: list[str] = []  # messages for the user about damaged or missing files
        self.singles = 0  # answers since the last duel that were shown without asking
        # Learning does not need the response matrix.
        self._fresh = Taste.fresh(AxesReward.fresh(self.axes, ResponseMatrix({}), priors))
        self._folded = LogFold(self._fresh)
        self._load()

    @property
    def taste(self) -> Taste:
        """What was learned from all picks."""
        return self._folded.taste

    @property
    def n_picks(self) -> int:
        """Number of picks that count: undone ones do not."""
        return self._folded.n_picks

    @property
    def posterior(self) -> Posterior:
        """The posterior over taste weights after all picks."""
        return self.taste.reward.posterior

    def picks(self) -> list[Pick]:
        """The picks that count, oldest first."""
        return self.log.picks()

    def recent(self, n: int) -> list[Pick]:
        """The last n picks that count, oldest first. Reads only the end of a long log."""
        return self.log.recent(n)

    def find(self, pick_id: int | None = None) -> Pick:
        """A pick that counts, by its number; by default the last one.

        Raises:
            NoInputError: there is no such pick.
        """
        found = self.log.find(pick_id)
        if found is None:
            raise NoInputError(
                f"there is no pick {pick_id} in profile {self.name}"
                if pick_id is not None
                else f"profile {self.name} holds no picks",
                f"tpop picks list --profile {self.name}",
            )
        return found

    # -- changes -----------------------------------------------------------------------------------

    def record(self, pick: Pick) -> Pick:
        """Log a pick, learn from it and save the state. Returns the pick with its number.

        Raises:
            BusyError: another process holds the profile for longer than `LOCK_SECONDS`.
            CannotCreateError: the profile's folder cannot be created.
            StorageError: writing failed; nothing was recorded.
        """
        with self._changing():
            pick = replace(pick, id=self._folded.last_id + 1)
            end = self.log.append(pick)
            self._folded = self._folded.add(pick).read_to(self.log, end)
            self.singles = 0
        return pick

    def count_single(self) -> None:
        """Count an answer that was shown without asking. Nothing is counted before the first pick.

        Raises:
            BusyError, StorageError: as `record`.
        """
        if self.n_picks:
            with self._changing():
                self.singles += 1

    def undo(self, pick_id: int | None = None) -> Pick:
        """Undo a pick, by default the last one. The taste is as if it had never been made.

        Raises:
            NoInputError: there is no such pick.
            BusyError, StorageError: as `record`.
        """
        with self._changing():
            chosen = self.find(pick_id)
            before = self._state_before(chosen)
            end = self.log.append(Undo(chosen.id))
            if before is None:
                self._refold()
            else:
                last_id = self._folded.last_id
                self._restore(before)
                self._folded = replace(self._folded, last_id=last_id).read_to(self.log, end)
        return chosen

    def amend(self, pick_id: int, verdict: Verdict) -> Pick:
        """Change a pick's verdict, and return it. The taste is as if that had been the verdict.

        Raises:
            NoInputError: there is no such pick.
            BusyError, StorageError: as `record`.
        """
        with self._changing():
            chosen = self.find(pick_id)
            self.log.append(Amend(chosen.id, verdict))
            self._refold()
        return replace(chosen, verdict=verdict)

    def extend(self, picks: Sequence[Pick]) -> None:
        """Log many picks and learn from them. They get new numbers.

        Raises:
            BusyError, CannotCreateError, StorageError: as `record`.
        """
        with self._changing():
            first = self._folded.last_id + 1
            self.log.append_many([replace(pick, id=first + n) for n, pick in enumerate(picks)])
            self._refold()

    def forget(self, unwanted: Callable[[Pick], bool]) -> int:
        """Remove picks and their texts from every file, as if they had never been made.

        Returns:
            How many picks were removed.

        Raises:
            BusyError, StorageError: as `record`.
        """
        with self.locked():
            picks = self.log.picks()
            kept: list[Event] = [pick for pick in picks if not unwanted(pick)]
            if len(kept) < len(picks):
                self.log.rewrite(kept)
                self._refold()
                self._save()
                self._save()  # the second save replaces the backup, too
                NeuralFiles(self.folder).clear()
        return len(picks) - len(kept)

    def reload(self) -> None:
        """Learn the log again, as after its files were moved."""
        with self.locked():
            self._refold()

    # -- the fold of the log -----------------------------------------------------------------------

    def _refold(self) -> None:
        self._folded = fold_log(self.log, self._fresh)

    def _catch_up(self) -> None:
        self._folded, damaged = catch_up(self._folded, self.log, self._fresh)
        if damaged:
            self.notices.append(f"{damaged} unreadable lines in {self.log.path} were skipped")

    def _state_before(self, pick: Pick) -> dict[str, Any] | None:
        """The backup of the state, if only `pick` was logged after it. Else None.

        Restoring it saves learning a long log again.
        """
        try:
            state = self._states.load_backup()
            if not has_layout(state, self.axes) or state["picks"] != self.n_picks - 1:
                return None
            since = [event for event, _ in self.log.events(state["log_bytes"])]
        except (OSError, TpopError):
            return None
        return state if since == [pick] else None

    # -- files -------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the profile's lock, after reading what other processes appended to the log.

        Raises:
            BusyError: another process holds it for longer than `LOCK_SECONDS`.
            CannotCreateError, StorageError: the folder or the lock cannot be used.
        """
        make_private_dir(self.folder)
        with file_lock(self.folder / ".lock", LOCK_SECONDS, f"profile {self.name}"):
            remove_stale_temporaries(self.folder)
            self._catch_up()
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock, and save at the end. If that fails, undo the change in memory and log."""
        with self.locked():
            end, before = self.log.end(), (self._folded, self.singles)
            try:
                yield
                self._save()
            except StorageError:
                self.log.truncate(end)
                self._folded, self.singles = before
                raise

    def _save(self) -> None:
        layout, folded = layout_of(self.axes), encode_fold(self._folded)
        self._states.save({**layout, "profile": self.name, **folded, "singles": self.singles})

    def _load(self) -> None:
        """Read the state, or else its backup, and then what was logged after it."""
        state = self._states.load(self.notices)
        if state is None and self.log.size():
            self._refold()
            return
        if state is not None:
            self._restore(state)
        if self.n_picks and not self.log.path.is_file():
            self._start_over()
        self._catch_up()

    def _start_over(self) -> None:
        """Quarantine the states of a log that no longer exists, and start empty."""
        kept = " and ".join(path.name for path in self._states.quarantine_all())
        if kept:
            self.notices.append(
                f"{self.log.path} is gone: profile {self.name} starts empty; "
                f"its last state is kept in {kept}"
            )
        self._refold()

    def _restore(self, state: dict[str, Any]) -> None:
        if state["schema"] > SCHEMA:
            raise TpopError(
                f"a newer tpop wrote profile {self.name} (schema {state['schema']})",
                "upgrade: pip install --upgrade tpop-cli",
            )
        if has_layout(state, self.axes):
            self._folded = decode_fold(state, self.log, self._fresh)
            self.singles = state["singles"]
        else:  # the weights mean something else now, but the picks do not
            self._refold()
