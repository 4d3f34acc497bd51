"""state.json and state.json.bak: the current state of a profile and the one before it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from ..errors import BadDataError, TpopError
from .files import encode_checksummed, read_bounded, write_atomic
from .state import SCHEMA, decode_state

MAX_STATE = 16 << 20

Version = tuple[int, ...]
"""What tells a state file from the one that replaces it."""


class StateFiles:
    """Reads and writes the states of one profile.

    Args:
        folder: the profile's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._current = folder / "state.json"
        self._backup = folder / "state.json.bak"
        self._checked: Version | None = None  # of the current state, once it is known to be usable

    def load(self, notices: list[str]) -> dict[str, Any] | None:
        """The current state; or its backup, if the current one is missing or damaged; or None.

        No file is changed: another process may hold the profile's lock.

        Args:
            notices: a message is added for every damaged file.

        Raises:
            StorageError: a file cannot be read.
            TpopError: a newer version of tpop wrote the state.
        """
        version = self.version()
        for path in (self._current, self._backup):
            try:
                state = self._read(path)
            except FileNotFoundError:
                continue
            except BadDataError as error:
                version = None
                notices.append(
                    f"{path} is unreadable ({error.message}); "
                    f"the next change keeps it as {_free_name(path).name}"
                )
            else:
                self._checked = version
                return state
        return None

    def load_backup(self) -> dict[str, Any]:
        """The state before the current one.

        Raises:
            FileNotFoundError: there is no backup.
            BadDataError: it is damaged.
            StorageError: it cannot be read.
            TpopError: a newer version of tpop wrote it.
        """
        return self._read(self._backup)

    def prepare_change(self) -> None:
        """Quarantine damaged states, so that none is overwritten. The profile is locked.

        Raises:
            StorageError: a file cannot be read.
            TpopError: a newer version of tpop has written the state meanwhile.
        """
        version = self.version()
        if version is not None and version == self._checked:
            return
        for path in (self._current, self._backup):
            try:
                self._read(path)
            except FileNotFoundError:
                continue
            except BadDataError:
                quarantine(path)
        self._checked = version

    def save(self, state: dict[str, Any], *, backup: bool = True) -> None:
        """Replace the current state, which becomes the backup. Raises StorageError."""
        write_atomic(self._current, encode_checksummed(state), backup=backup)
        self._checked = self.version()

    def version(self) -> Version | None:
        """What changes whenever the current state is replaced; None if there is none."""
        with contextlib.suppress(OSError):
            stat = self._current.stat()
            return stat.st_ino, stat.st_size, stat.st_mtime_ns
        return None

    def quarantine_all(self) -> list[Path]:
        """Quarantine the states there are. Returns where they are now."""
        return [quarantine(path) for path in (self._current, self._backup) if path.exists()]

    @staticmethod
    def _read(path: Path) -> dict[str, Any]:
        state = decode_state(read_bounded(path, MAX_STATE))
        if state["schema"] > SCHEMA:
            raise TpopError(
                f"a newer tpop wrote profile {path.parent.name} (schema {state['schema']})",
                "upgrade: pip install --upgrade tpop-cli",
            )
        return state


def quarantine(path: Path) -> Path:
    """Rename a file that cannot be used to `<name>.corrupt-N`, with the first free N.

    Returns:
        The new path, or `path` itself where the file cannot be renamed, as in a read-only folder.
    """
    target = _free_name(path)
    try:
        path.replace(target)
    except OSError:
        return path
    return target


def _free_name(path: Path) -> Path:
    n = 1
    while (target := path.with_name(f"{path.name}.corrupt-{n}")).exists():
        n += 1
    return target
