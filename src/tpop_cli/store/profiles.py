"""Operations on whole profiles: list, create, copy, rename, back up, delete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..errors import NoInputError, StorageError, UsageError
from . import paths
from .chats import rename_profile_in_chats, save_chats
from .events import Numbered
from .files import make_private_dir, move_folder
from .io_errors import storage_error
from .locks import profile_lock
from .pick_log import PickLog
from .profile import Profile

_SETTINGS = "config.toml"
_REPLACED = ("picks.jsonl", "state.json", "state.json.bak")  # by a reset


def list_profiles() -> list[str]:
    """The names of the profiles on disk, sorted. Raises StorageError."""
    try:
        folders = list(paths.profiles_dir().iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error(f"cannot list {paths.profiles_dir()}", error) from None
    return sorted(folder.name for folder in folders if _is_profile(folder))


def _is_profile(folder: Path) -> bool:
    """Whether a folder holds a profile; one that was reset has nothing but its last number."""
    try:
        if (folder / _SETTINGS).exists():
            return True
        log = PickLog(folder / "picks.jsonl")
        if not log.path.exists() or (folder / "state.json").exists() or not log.size():
            return log.path.exists()
        return not all(isinstance(event, Numbered) for event, _ in log.events())
    except (OSError, StorageError):  # its owner may not read it, but its name is taken
        return True


def open_existing(name: str) -> Profile:
    """Open a profile that must exist. Raises NoInputError if it does not."""
    if paths.check_profile_name(name) not in list_profiles():
        raise NoInputError(f"there is no profile {name}", "tpop profile list")
    return Profile(name)


def create_profile(name: str) -> Profile:
    """Create an empty profile.

    Raises:
        UsageError: the name is taken or not valid.
        CannotCreateError, StorageError: it cannot be created.
    """
    profile = _open_new(name)
    with profile.locked(), _storage_error(profile.log.path):
        _require_new(name)
        profile.log.path.touch(mode=0o600)
        if profile.log.size():  # one with this name was reset; its numbers go on
            profile.change(lambda: None)
    return profile


def copy_profile(name: str, new: str) -> Profile:
    """Copy a profile under a new name.

    Raises:
        NoInputError: the profile does not exist.
        UsageError: the new name is taken or not valid.
        CannotCreateError, StorageError: a file cannot be copied.
    """
    source, target = open_existing(name), _open_new(new)
    with source.locked(), target.locked():
        _require_new(new)
        for file in _files(source):
            with _storage_error(file):
                shutil.copy2(file, target.folder / file.name)
    return Profile(new)


def rename_profile(name: str, new: str) -> Profile:
    """Rename a profile. Its chats go with it.

    A process that has it open under the old name, or waits for it, cannot change it any more.

    Raises:
        NoInputError: the profile does not exist.
        UsageError: the new name is taken or not valid.
        BusyError: another process holds the profile.
        CannotCreateError, StorageError: it cannot be renamed, and nothing has changed.
    """
    source, target = open_existing(name), _open_new(new)
    first, second = sorted((source.folder, target.folder))  # as all others do: no deadlock
    with profile_lock(first), profile_lock(second):
        open_existing(name)
        _require_new(new)
        # After a crash between both steps, the same command does the rest.
        chats = rename_profile_in_chats(name, new)
        try:
            with _storage_error(source.folder):
                _clear_away(target.folder)
                move_folder(source.folder, target.folder)
        except BaseException:
            save_chats(chats)
            raise
    return Profile(new)


def back_up(profile: Profile) -> Path | None:
    """Forget everything that a profile has learned, after a backup. Its settings stay.

    Its numbers of picks go on: none is given again.

    Returns:
        The folder of the backup, or None if there is nothing to forget.

    Raises:
        BusyError: another process holds the profile.
        CannotCreateError, StorageError: a file cannot be copied.
    """
    if not profile.folder.exists():
        return None
    with profile.locked():
        files = [file for file in _files(profile) if file.name != _SETTINGS]
        learned = any(not isinstance(event, Numbered) for event, _ in profile.log.events())
        if not learned and all(file.name in _REPLACED for file in files):
            return None
        target = _new_backup(profile.folder.name)
        try:
            make_private_dir(target)
            for file in files:
                with _storage_error(file):
                    shutil.copy2(file, target / file.name)
        except BaseException:  # half a backup is none
            shutil.rmtree(target, ignore_errors=True)
            raise
        profile.replace_all([])
        for file in files:
            if file != profile.log.path:
                with _storage_error(file):
                    file.unlink(missing_ok=True)
    return target


def delete_profile(name: str) -> Path:
    """Delete a profile: its folder becomes a backup.

    Returns:
        The folder of the backup.

    Raises:
        NoInputError: the profile does not exist.
        BusyError: another process holds the profile.
        CannotCreateError, StorageError: it cannot be moved, and nothing has changed.
    """
    folder = open_existing(name).folder
    with profile_lock(folder):
        open_existing(name)
        target = _new_backup(name)
        make_private_dir(target.parent)
        with _storage_error(folder):
            move_folder(folder, target)
    return target


def _clear_away(folder: Path) -> None:
    """Remove a folder that holds no profile; what is in it becomes a backup."""
    if not folder.is_dir():
        return
    if any(folder.iterdir()):
        target = _new_backup(folder.name)
        make_private_dir(target.parent)
        move_folder(folder, target)
    else:
        folder.rmdir()


def _new_backup(name: str) -> Path:
    """A folder for a backup; it does not exist yet."""
    backups = paths.home() / "backups"
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    target, n = backups / f"{name}-{stamp}", 1
    while target.exists():
        n += 1
        target = backups / f"{name}-{stamp}-{n}"
    return target


def _open_new(name: str) -> Profile:
    _require_new(name)
    return Profile(name)


def _require_new(name: str) -> None:
    if paths.check_profile_name(name) in list_profiles():
        raise UsageError(
            f"profile {name} already exists",
            f"choose another name, or tpop profile delete {name}",
        )


def _files(profile: Profile) -> list[Path]:
    return [file for file in profile.folder.iterdir() if file.is_file()]


@contextmanager
def _storage_error(path: Path) -> Iterator[None]:
    """Turn an OSError of the `with` block into a StorageError about `path`."""
    try:
        yield
    except OSError as error:
        raise storage_error(f"cannot move or copy {path}", error) from None
