"""state.json and state.json.bak: the current state of a profile and the one before it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import BadDataError
from .files import encode_checksummed, read_bounded, write_atomic
from .state import decode_state

MAX_STATE = 16 << 20


class StateFiles:
    """Reads and writes the states of one profile.

    Args:
        folder: the profile's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._current = folder / "state.json"
        self._backup = folder / "state.json.bak"

    def load(self, notices: list[str]) -> dict[str, Any] | None:
        """The current state; or its backup, if the current one is missing or damaged; or None.

        Args:
            notices: a message is added for every damaged file, which is quarantined.

        Raises:
            StorageError: a file cannot be read.
        """
        for path in (self._current, self._backup):
            try:
                return self._read(path)
            except FileNotFoundError:
                continue
            except BadDataError as error:
                kept = quarantine(path)
                notices.append(
                    f"{path} was unreadable ({error.message}) and is kept as {kept.name}"
                )
        return None

    def load_backup(self) -> dict[str, Any]:
        """The state before the current one.

        Raises:
            FileNotFoundError: there is no backup.
            BadDataError: it is damaged.
            StorageError: it cannot be read.
        """
        return self._read(self._backup)

    def save(self, state: dict[str, Any]) -> None:
        """Replace the current state, which becomes the backup. Raises StorageError."""
        write_atomic(self._current, encode_checksummed(state), backup=True)

    def quarantine_all(self) -> list[Path]:
        """Quarantine the states there are. Returns where they are now."""
        return [quarantine(path) for path in (self._current, self._backup) if path.exists()]

    @staticmethod
    def _read(path: Path) -> dict[str, Any]:
        return decode_state(read_bounded(path, MAX_STATE))


def quarantine(path: Path) -> Path:
    """Rename a file that cannot be used to `<name>.corrupt-N`, with the first free N.

    Returns:
        The new path, or `path` itself where the file cannot be renamed, as in a read-only folder.
    """
    n = 1
    while (target := path.with_name(f"{path.name}.corrupt-{n}")).exists():
        n += 1
    try:
        path.replace(target)
    except OSError:
        return path
    return target
