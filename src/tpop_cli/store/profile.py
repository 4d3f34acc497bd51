"""A profile: one person's taste on disk.

`picks.jsonl` is the log of all picks. `state.json` is what was learned from it: opening a profile
reads the state, and only learns what was logged after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..core.axes import Axis
from ..core.parse_said import clear_said, parse_said
from ..core.picks import Pick, Verdict
from ..core.reward import Priors
from ..core.said import Said
from ..errors import NoInputError
from . import paths
from .events import Amend, Numbered, Say, Undo, check_picks
from .neural_files import NeuralFiles
from .own_axes import load_axes
from .pick_log import Damage
from .profile_files import ProfileFiles


class Profile(ProfileFiles):
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
        super().__init__(
            (parent or paths.profiles_dir()) / name,
            load_axes() if axes is None else tuple(axes),
            priors,
        )

    def picks(self) -> list[Pick]:
        """The picks that count, oldest first. Adds a notice for every line that is not readable."""
        damaged: list[Damage] = []
        picks = self.log.picks(damaged=damaged)
        self._report(damaged)
        return picks

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

    # -- what the user says ------------------------------------------------------------------------

    def say(self, *words: str, wish: bool = False) -> Said:
        """Say how every answer should be; see `core.parse_said.parse_said`.

        Args:
            words: names of poles, axis=strength, or free words.
            wish: take them as free words, whatever they are.

        Returns:
            What was added.

        Raises:
            UsageError: it cannot be understood, or is more than can be said at once.
            BusyError, CannotCreateError, NoInputError, StorageError: as `record`.
        """
        new = parse_said(words, self.axes, wish=wish)
        self.change_said(lambda said: said.among(self.axes).add(new))
        return new

    def unsay(self, *names: str) -> Said:
        """Take back what was said; everything without names. Returns what was taken back.

        Args:
            names: axes, poles, wishes, or numbers of wishes; see `core.parse_said.clear_said`.

        Raises:
            NoInputError: no such thing was said; nothing was taken back.
            BusyError, CannotCreateError, StorageError: as `record`.
        """
        before = self.said

        def change(said: Said) -> Said:
            left = said
            # The last first, so that numbers mean what they meant before.
            for name in sorted(names, key=lambda one: -int(one) if one.isdecimal() else 0):
                left = clear_said(left, name, self.axes)
            return left if names else Said()

        after = self.change_said(change)
        gone = {axis: s for axis, s in before.strengths.items() if axis not in after.strengths}
        return Said(gone, tuple(wish for wish in before.wishes if wish not in after.wishes))

    def change_said(self, change: Callable[[Said], Said]) -> Said:
        """Change what the user says, with the lock held. Returns what they say from then on.

        Raises:
            BusyError, CannotCreateError, NoInputError, StorageError: as `record`.
        """

        if change(self.said) == self.said and not self._on_disk:
            return self.said

        def log_it() -> Said:
            said = change(self.said)
            if said != self.said:
                end = self.log.append(Say(self._folded.last_id, said.strengths, said.wishes))
                self._folded = replace(self._folded, said=said).read_to(self.log, end)
            return said

        return self.change(log_it)

    # -- changes -----------------------------------------------------------------------------------

    def record(self, pick: Pick, also: Callable[[Pick], object] | None = None) -> Pick:
        """Log a pick, learn from it and save the state. Returns the pick with its number.

        Args:
            pick: its number means nothing.
            also: called with the numbered pick as a part of the change. If it raises, nothing is
                recorded.

        Raises:
            BadDataError: a value of the pick is not allowed.
            BusyError: another process holds the profile for longer than `LOCK_SECONDS`.
            CannotCreateError: the profile's folder cannot be created.
            NoInputError: the profile was renamed or deleted meanwhile.
            StorageError: writing failed; nothing was recorded.
        """

        def change() -> Pick:
            numbered = replace(pick, id=self._folded.last_id + 1)
            end = self.log.append(numbered)
            self._folded = self._folded.add(numbered).read_to(self.log, end)
            self.singles = 0
            if also is not None:
                also(numbered)
            return numbered

        return self.change(change)

    def count_single(self) -> None:
        """Count an answer that was shown without asking. Nothing is counted before the first pick.

        Raises:
            BusyError, NoInputError, StorageError: as `record`.
        """

        def change() -> None:
            self.singles += 1

        if self.n_picks:
            self.change(change)

    def undo(
        self, pick_id: int | None = None, also: Callable[[Pick], object] | None = None
    ) -> Pick:
        """Undo a pick, by default the last one. The taste is as if it had never been made.

        Args:
            pick_id: the number of the pick.
            also: as of `record`.

        Raises:
            NoInputError: there is no such pick.
            BusyError, StorageError: as `record`.
        """

        def change() -> Pick:
            chosen = self.find(pick_id)
            before = self._state_before(chosen)
            end = self.log.append(Undo(chosen.id))
            if before is None:
                self._refold()
            else:
                last_id = self._folded.last_id
                self._restore(before)
                self._folded = replace(self._folded, last_id=last_id).read_to(self.log, end)
            if also is not None:
                also(chosen)
            return chosen

        return self.change(change)

    def amend(self, pick_id: int, verdict: Verdict, reason: str = "") -> Pick:
        """Change a pick's verdict and reason, and return it. The taste is as if they had been so.

        Raises:
            NoInputError: there is no such pick.
            BusyError, StorageError: as `record`.
        """

        def change() -> Pick:
            chosen = self.find(pick_id)
            self.log.append(Amend(chosen.id, verdict, reason))
            self._refold()
            return replace(chosen, verdict=verdict, reason=reason)

        return self.change(change)

    def extend(
        self,
        picks: Sequence[Pick],
        unknown: Callable[[Sequence[Pick], list[Pick]], Sequence[Pick]] | None = None,
    ) -> None:
        """Log many picks and learn from them. They get new numbers.

        Args:
            picks: the picks; their numbers mean nothing.
            unknown: called, with the lock held, with `picks` and those of the profile; returns the
                ones to log. None: all are logged.

        Raises:
            BadDataError: a value of a pick is not allowed; none is logged.
            BusyError, CannotCreateError, NoInputError, StorageError: as `record`.
        """
        check_picks(picks)

        def change() -> None:
            new = picks if unknown is None else unknown(picks, self.picks())
            first = self._folded.last_id + 1
            self.log.append_many([replace(pick, id=first + n) for n, pick in enumerate(new)])
            self._refold()

        self.change(change)

    def forget(self, unwanted: Callable[[Pick], bool]) -> int:
        """Remove picks and their texts from every file, as if they had never been made.

        Returns:
            How many picks were removed.

        Raises:
            BusyError, NoInputError, StorageError: as `record`.
        """
        with self.locked():
            picks = self.log.picks()
            kept = [pick for pick in picks if not unwanted(pick)]
            if len(kept) < len(picks):
                self.replace_all(kept, self.said)
        return len(picks) - len(kept)

    def replace_all(self, picks: Sequence[Pick], said: Said = Said()) -> None:
        """Let the log hold these picks only, and what the user says. Raises StorageError.

        Call it inside `locked()`.

        Their numbers stay, and no number is given again. Once the log is replaced, an interrupt
        cannot take it back: then the memory follows the log.
        """
        try:
            last_id = self._folded.last_id
            say = [Say(last_id, said.strengths, said.wishes)] if said else []
            self.log.rewrite([Numbered(last_id), *say, *picks])
            self._refold()
            self._save()
            self._save()  # the second save replaces the backup, too
            NeuralFiles(self.folder).clear()
        except BaseException:
            self._refold()
            raise
