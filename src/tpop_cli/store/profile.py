"""A profile: one person's taste on disk, `state.json` (the fold) and `picks.jsonl` (the truth)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.axes import Axis
from ..core.picks import Pick, Verdict, fold, learn_pick
from ..core.posterior import Posterior
from ..core.response_matrix import ResponseMatrix
from ..core.reward import AxesReward, Priors
from ..core.taste import Taste
from ..errors import BadDataError, NoInputError, StorageError, TpopError
from . import paths
from .files import hold, make_private_dir, read_bounded, seal, sweep_temporaries, write_atomic
from .neural_files import NeuralFiles
from .own_axes import load_axes
from .pick_log import SHORTER, Amend, Event, PickLog, Undo
from .state import SCHEMA, about, decode_state, decode_taste, encode_taste, is_about, set_aside

MAX_STATE = 16 << 20
LOCK_SECONDS = 5.0
_LATEST = 10
STATES = ("state.json", "state.json.bak")


class Profile:
    """The bandit state of one profile, in memory and on disk.

    `taste` is always the fold of the log. Nothing is written before the first pick.

    Args:
        name: a checked profile name.
        axes: the taste axes; None: the built-in ones and the user's own. A state written for others is folded anew.
        parent: where the profile's folder is; None: with the user's other profiles.
        priors: scales of the taste weights before any pick. A state does not record them: only a
            bench that throws its profiles away sets others.
    """

    def __init__(
        self,
        name: str,
        axes: Sequence[Axis] | None = None,
        parent: Path | None = None,
        priors: Priors = Priors(),
    ) -> None:
        self.name = paths.check_profile_name(name)
        self.axes = load_axes() if axes is None else tuple(axes)
        self._priors = priors
        self.folder = (parent or paths.profiles_dir()) / name
        self.log = PickLog(self.folder / "picks.jsonl")
        self.notices: list[str] = []  # what the user should be told about the state of the files
        self.taste = self._fresh()
        self.n_picks = 0
        self.singles = 0  # answers since the last duel for which nobody was asked
        self._last_id = 0
        self._folded = 0  # bytes of the log that `taste` holds
        self._mark = 0  # what the log held just before that
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
        with self._changing():
            pick = replace(pick, id=self._last_id + 1)
            end = self.log.append(pick)
            self._apply(pick)
            self._read_to(end)
            self.singles = 0
        return pick

    def count_single(self) -> None:
        """Remember that an answer was shown without asking, if there are picks at all. Errors as `record`."""
        if self.n_picks:
            with self._changing():
                self.singles += 1

    def undo(self, pick_id: int | None = None) -> Pick:
        """Take back a pick (the last one by default): the state is as if it had never been made.

        Raises:
            NoInputError: there is no such pick.
        """
        with self._changing():
            chosen = self.find(pick_id)
            before = self._state_before(chosen)
            end = self.log.append(Undo(chosen.id))
            if before is None:
                self._refold()
            else:
                last_id = self._last_id
                self._restore(before)
                self._last_id = last_id
                self._read_to(end)
        return chosen

    def amend(self, pick_id: int, verdict: Verdict) -> Pick:
        """Give a pick another verdict: the state is as if that had been picked. Raises NoInputError."""
        with self._changing():
            chosen = self.find(pick_id)
            self.log.append(Amend(chosen.id, verdict))
            self._refold()
        return replace(chosen, verdict=verdict)

    def extend(self, picks: Sequence[Pick]) -> None:
        """Log many picks, which get numbers of their own, and learn from them. Errors as `record`."""
        with self._changing():
            self.log.append_many(
                [replace(pick, id=self._last_id + 1 + n) for n, pick in enumerate(picks)]
            )
            self._refold()

    def forget(self, unwanted: Callable[[Pick], bool]) -> int:
        """Remove picks from the log for good, texts and all; the state is as if they had never been made.

        Returns:
            How many there were.
        """
        with self.locked():
            picks = self.log.picks()
            kept: list[Event] = [pick for pick in picks if not unwanted(pick)]
            if len(kept) < len(picks):
                self.log.rewrite(kept)
                self._refold()
                self._save()
                self._save()  # the generation before the last one remembers nothing either
                NeuralFiles(self.folder).clear()
        return len(picks) - len(kept)

    def _state_before(self, pick: Pick) -> dict[str, Any] | None:
        """The generation of the state before a pick, if that is the one on the disk: spares folding a long log."""
        try:
            state = decode_state(read_bounded(self.folder / STATES[1], MAX_STATE))
            if not is_about(state, self.axes) or state["picks"] != self.n_picks - 1:
                return None
            since = [event for event, _ in self.log.events(state["log_bytes"])]
        except (OSError, TpopError):
            return None
        return state if since == [pick] else None

    def find(self, pick_id: int | None = None) -> Pick:
        """A pick that counts, by its number; the last one by default. Raises NoInputError if there is none."""

        def among(picks: Sequence[Pick]) -> Pick | None:
            return next((p for p in reversed(picks) if pick_id in (None, p.id)), None)

        found = among(self.log.recent(_LATEST)) or among(
            self.log.picks()
        )  # most often it is one of the latest
        if found is None:
            raise NoInputError(
                f"there is no pick {pick_id} in profile {self.name}"
                if pick_id is not None
                else f"profile {self.name} holds no picks",
                f"tpop picks list --profile {self.name}",
            )
        return found

    def reload(self) -> None:
        """Read the files again: others may have moved them."""
        with self.locked():
            self._refold()

    # -- the fold ----------------------------------------------------------------------------------------

    def _fresh(self) -> Taste:
        return Taste.fresh(
            AxesReward.fresh(self.axes, ResponseMatrix({}), self._priors)
        )  # learning does not need B

    def _apply(self, pick: Pick) -> None:
        self.taste = learn_pick(self.taste, pick)
        self.n_picks += 1
        self._last_id = max(self._last_id, pick.id)

    def _refold(self) -> None:
        """Fold the whole log from nothing. What others append meanwhile is caught up with later."""
        end = self.log.end()
        picks = self.log.picks(end)
        self.taste, self.n_picks = fold(self._fresh(), picks), len(picks)
        self._last_id = max((event.id for event, _ in self.log.events(end=end)), default=0)
        self._read_to(end)

    def _read_to(self, end: int) -> None:
        self._folded, self._mark = end, self.log.mark(end)

    def _catch_up(self) -> None:
        """Fold what others appended since; from nothing if they took something back or the log was replaced."""
        mark = self.log.mark(self._folded)
        if mark != self._mark or mark == SHORTER:
            self._refold()
            return
        damaged: list[int] = []
        found = list(self.log.events(self._folded, damaged))
        if any(isinstance(event, Undo | Amend) for event, _ in found):
            self._refold()
            return
        for pick, _ in found:
            assert isinstance(pick, Pick)
            self._apply(pick)
        if found:
            self._read_to(found[-1][1])
        if damaged:
            self.notices.append(
                f"{len(damaged)} unreadable lines in {self.log.path} were passed over"
            )

    # -- files -------------------------------------------------------------------------------------------

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the profile's lock, with memory caught up with the disk."""
        make_private_dir(self.folder)
        with hold(self.folder / ".lock", LOCK_SECONDS, f"profile {self.name}"):
            sweep_temporaries(self.folder)
            self._catch_up()
            yield

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock, and save in the end; what cannot be saved never happened, in memory or in the log."""
        with self.locked():
            end, before = self.log.end(), vars(self).copy()
            try:
                yield
                self._save()
            except StorageError:
                self.log.cut(end)
                vars(self).update(before)
                raise

    def _save(self) -> None:
        state = {
            **about(self.axes),
            "profile": self.name,
            **encode_taste(self.taste),
            "picks": self.n_picks,
            "singles": self.singles,
            "last_id": self._last_id,
            "log_bytes": self._folded,
            "log_mark": self._mark,
        }
        write_atomic(self.folder / STATES[0], seal(state), backup=True)

    def _load(self) -> None:
        """Read the state, or its previous generation, or fold the log; then what the log holds beyond it."""
        for name in STATES:
            path = self.folder / name
            try:
                self._restore(decode_state(read_bounded(path, MAX_STATE)))
                break
            except FileNotFoundError:
                continue
            except BadDataError as error:
                aside = set_aside(path)
                self.notices.append(
                    f"{path} was unreadable ({error.message}) and is kept as {aside.name}"
                )
        else:
            if self.log.size():
                self._refold()
                return
        if self.n_picks and not self.log.path.is_file():
            self._start_anew()
        self._catch_up()

    def _start_anew(self) -> None:
        """The log is gone, and with it the truth: keep what was learned from it aside, and say so."""
        states = [path for name in STATES if (path := self.folder / name).exists()]
        kept = " and ".join(set_aside(path).name for path in states)
        if kept:
            self.notices.append(
                f"{self.log.path} is gone: profile {self.name} starts anew; what it knew is in {kept}"
            )
        self._refold()

    def _restore(self, state: dict[str, Any]) -> None:
        if state["schema"] > SCHEMA:
            raise TpopError(
                f"profile {self.name} was written by a newer tpop (schema {state['schema']})",
                "upgrade: pip install --upgrade tpop-cli",
            )
        if not is_about(state, self.axes):
            self._refold()  # the weights have other meanings now; the picks have not
            return
        self.taste = decode_taste(state, self._fresh())
        self.n_picks, self._last_id = state["picks"], state["last_id"]
        self.singles = state["singles"]
        self._folded = state["log_bytes"]
        self._mark = state.get("log_mark", self.log.mark(self._folded))  # older states have none
