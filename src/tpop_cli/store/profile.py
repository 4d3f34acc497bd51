"""A profile: one person's taste on disk, `state.json` (the fold) and `picks.jsonl` (the truth)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from ..core.axes import Axis
from ..core.features import FEATURES
from ..core.picks import Pick, fold, learn_pick
from ..core.posterior import Posterior
from ..core.response import ResponseMatrix
from ..core.reward import AxesReward
from ..core.taste import Seen, Taste
from ..errors import BadDataError, BusyError, NoInputError, StorageError, TpopError
from . import paths
from .axes import load_axes
from .files import make_private_dir, read_bounded, seal, sweep_temporaries, unseal, write_atomic
from .picks import PickLog, Undo

SCHEMA = 2
MAX_STATE = 16 << 20
LOCK_SECONDS = 5.0


class Profile:
    """The bandit state of one profile, in memory and on disk.

    `taste` is always the fold of the log. Nothing is written before the first pick.

    Args:
        name: a checked profile name.
        axes: the taste axes; None: the built-in ones and the user's own. A state written for others is folded anew.
        parent: where the profile's folder is; None: with the user's other profiles.
    """

    def __init__(self, name: str, axes: Sequence[Axis] | None = None, parent: Path | None = None) -> None:
        self.name = paths.check_profile_name(name)
        self.axes = load_axes() if axes is None else tuple(axes)
        self.folder = (parent or paths.profiles_dir()) / name
        self.log = PickLog(self.folder / "picks.jsonl")
        self.notices: list[str] = []  # what the user should be told about the state of the files
        self.taste = self._fresh()
        self.n_picks = 0
        self.singles = 0  # answers since the last duel for which nobody was asked
        self._last_id = 0
        self._folded = 0  # bytes of the log that `taste` holds
        self._load()

    @property
    def posterior(self) -> Posterior:
        """The posterior over taste weights after all picks."""
        return self.taste.reward.posterior

    def picks(self) -> list[Pick]:
        """The picks that count, oldest first."""
        return self.log.picks()

    def recent(self, n: int) -> list[Pick]:
        """The last n picks that count, oldest first; reads only the end of a long log."""
        return self.log.recent(n)

    # -- changes -----------------------------------------------------------------------------------------

    def record(self, pick: Pick) -> Pick:
        """Log a pick, learn from it, save; returns the pick with its number.

        Raises:
            BusyError: another process holds the profile for too long.
            CannotCreateError, StorageError: nothing was recorded.
        """
        with self._locked():
            pick = replace(pick, id=self._last_id + 1)
            self._folded = self.log.append(pick)
            self._apply(pick)
            self.singles = 0
            self._save()
        return pick

    def count_single(self) -> None:
        """Remember that an answer was shown without asking, if there are picks at all. Errors as `record`."""
        if self.n_picks:
            with self._locked():
                self.singles += 1
                self._save()

    def undo(self, pick_id: int | None = None) -> Pick:
        """Take back a pick (the last one by default): the state is as if it had never been made.

        Raises:
            NoInputError: there is no such pick.
        """
        with self._locked():
            picks = self.log.picks()
            chosen = next((p for p in reversed(picks) if pick_id in (None, p.id)), None)
            if chosen is None:
                raise NoInputError(
                    f"there is no pick {pick_id} in profile {self.name}"
                    if pick_id is not None
                    else f"profile {self.name} holds no picks",
                    f"tpop picks list --profile {self.name}",
                )
            self.log.append(Undo(chosen.id))
            self._refold()
            self._save()
        return chosen

    def reset(self) -> Path | None:
        """Move the profile's folder aside; returns where it is now, or None if there was nothing."""
        if not self.folder.exists():
            return None
        with self._locked():
            backups = paths.home() / "backups"
            make_private_dir(backups)
            stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
            target = backups / f"{self.name}-{stamp}"
            n = 1
            while target.exists():
                n += 1
                target = backups / f"{self.name}-{stamp}-{n}"
            try:
                target.mkdir(mode=0o700)
                for file in self.folder.iterdir():
                    if file.name != ".lock":  # held, and never deleted
                        shutil.move(file, target / file.name)
            except OSError as error:
                raise StorageError(f"cannot move {self.folder} aside: {error.strerror}") from None
            self._refold()
        return target

    # -- the fold ----------------------------------------------------------------------------------------

    def _fresh(self) -> Taste:
        return Taste.fresh(AxesReward.fresh(self.axes, ResponseMatrix({})))  # learning does not need B

    def _apply(self, pick: Pick) -> None:
        self.taste = learn_pick(self.taste, pick)
        self.n_picks += 1
        self._last_id = max(self._last_id, pick.id)

    def _refold(self) -> None:
        """Fold the whole log from nothing."""
        picks = self.log.picks()
        self.taste, self.n_picks = fold(self._fresh(), picks), len(picks)
        self._last_id = max((event.id for event, _ in self.log.events()), default=0)
        self._folded = self.log.size()

    def _catch_up(self) -> None:
        """Fold what others appended since; from nothing if they took something back or the log was replaced."""
        if self.log.size() < self._folded:
            self._refold()
            return
        damaged: list[int] = []
        for event, offset in self.log.events(self._folded, damaged):
            if isinstance(event, Undo):
                self._refold()
                return
            self._apply(event)
            self._folded = offset
        if damaged:
            self.notices.append(f"{len(damaged)} unreadable lines in {self.log.path} were passed over")

    # -- files -------------------------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the profile's lock, with memory caught up with the disk."""
        make_private_dir(self.folder)
        lock = FileLock(self.folder / ".lock", timeout=LOCK_SECONDS, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError(
                f"profile {self.name} is in use by another process", "wait for it to finish and try again"
            ) from None
        except OSError as error:
            raise StorageError(f"cannot lock profile {self.name}: {error.strerror}") from None
        try:
            sweep_temporaries(self.folder)
            self._catch_up()
            yield
        finally:
            lock.release()

    def _save(self) -> None:
        write_atomic(self.folder / "state.json", seal(self._state()), backup=True)

    def _state(self) -> dict[str, Any]:
        n = len(self.posterior.mean)
        return {
            "schema": SCHEMA,
            "profile": self.name,
            "reward": "axes",
            "axes": [axis.name for axis in self.axes],
            "features": list(FEATURES),
            "mean": self.posterior.mean.tolist(),
            # V is symmetric: its lower triangle, row by row
            "precision": self.posterior.precision[np.tril_indices(n)].tolist(),
            # since the taste last turned: how many picks, how well they were told, and the last of them
            "since": self.taste.n,
            "evidence": self.taste.evidence,
            "seen": [[s.outcome, s.weight, s.log_p, *s.difference.tolist()] for s in self.taste.seen],
            "picks": self.n_picks,
            "singles": self.singles,
            "last_id": self._last_id,
            "log_bytes": self._folded,
        }

    def _load(self) -> None:
        """Read the state, or its previous generation, or fold the log; then what the log holds beyond it."""
        for name in ("state.json", "state.json.bak"):
            path = self.folder / name
            try:
                self._restore(_decode_state(read_bounded(path, MAX_STATE)))
                break
            except FileNotFoundError:
                continue
            except BadDataError as error:
                aside = _set_aside(path)
                self.notices.append(f"{path} was unreadable ({error.message}) and is kept as {aside.name}")
        else:
            if self.log.size():
                self._refold()
                return
        self._catch_up()

    def _restore(self, state: dict[str, Any]) -> None:
        if state["schema"] > SCHEMA:
            raise TpopError(
                f"profile {self.name} was written by a newer tpop (schema {state['schema']})",
                "upgrade: pip install --upgrade tpop-cli",
            )
        meant = (state["schema"], state["axes"], state["features"])
        if meant != (SCHEMA, [axis.name for axis in self.axes], list(FEATURES)):
            self._refold()  # the weights have other meanings now; the picks have not
            return
        n = len(self.posterior.mean)
        precision = np.zeros((n, n))
        precision[np.tril_indices(n)] = state["precision"]
        precision += np.tril(precision, -1).T
        fresh = self._fresh()
        seen = tuple(Seen(np.array(d), o, w, log_p) for o, w, log_p, *d in state["seen"])
        reward = fresh.reward.with_posterior(Posterior(np.array(state["mean"]), precision))
        self.taste = Taste(reward, fresh.prior, seen, state["since"], state["evidence"])
        self.n_picks, self._last_id = state["picks"], state["last_id"]
        self.singles = state["singles"]
        self._folded = state["log_bytes"]


def list_profiles() -> list[str]:
    """The names of the profiles on disk, sorted."""
    try:
        return sorted(p.name for p in paths.profiles_dir().iterdir() if (p / "picks.jsonl").exists())
    except FileNotFoundError:
        return []


def _decode_state(data: bytes) -> dict[str, Any]:
    """The state, if it is whole: strict JSON, a fitting checksum, finite numbers of the right shapes."""
    state = unseal(data)
    if state["schema"] != SCHEMA:
        return state  # whatever else it holds: a newer program reads it, or the log is folded anew
    try:
        n = len(state["mean"])
        numbers = [*state["mean"], *state["precision"], state["evidence"], *(x for s in state["seen"] for x in s)]
        whole = [state["picks"], state["last_id"], state["log_bytes"], state["since"], state["singles"]]
        if not all(type(x) is float for x in numbers) or not np.isfinite(numbers).all():
            raise BadDataError("it holds something that is no finite number")
        if len(state["precision"]) != n * (n + 1) // 2 or not all(type(x) is int and x >= 0 for x in whole):
            raise BadDataError("its numbers do not fit together")
        if any(len(s) != 3 + n for s in state["seen"]):
            raise BadDataError("its last picks do not fit its weights")
        if n != 2 * len(state["axes"]) + len(state["features"]):
            raise BadDataError("its weights do not fit its axes and features")
    except (KeyError, TypeError) as error:
        raise BadDataError(f"it lacks {error}") from None
    return state


def _set_aside(path: Path) -> Path:
    """Rename a file that cannot be used, so that it is kept and never overwritten."""
    n = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{n}")).exists():
        n += 1
    try:
        path.replace(aside)
    except OSError:
        return path  # a read-only folder: it stays where it is
    return aside
