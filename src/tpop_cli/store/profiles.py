"""Operations on whole profiles: list, create, copy, rename, back up, delete."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ..errors import NoInputError, StorageError, UsageError
from . import paths
from .files import make_private_dir
from .profile import Profile

_LOCK = ".lock"  # held while a profile's files are moved, so it is never moved itself
_SETTINGS = "config.toml"


def list_profiles() -> list[str]:
    """The names of the profiles on disk, sorted."""
    try:
        folders = list(paths.profiles_dir().iterdir())
    except FileNotFoundError:
        return []
    return sorted(
        p.name for p in folders if (p / "picks.jsonl").exists() or (p / _SETTINGS).exists()
    )


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
        profile.log.path.touch(mode=0o600)
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
        for file in _files(source):
            with _storage_error(file):
                shutil.copy2(file, target.folder / file.name)
    return Profile(new)


def rename_profile(name: str, new: str) -> Profile:
    """Rename a profile. Raises as `copy_profile`."""
    copied = copy_profile(name, new)
    with _storage_error(copied.folder):
        shutil.rmtree(open_existing(name).folder)
    return copied


def back_up(profile: Profile) -> Path | None:
    """Move everything that a profile has learned to a backup. Its settings stay.

    Returns:
        The folder of the backup, or None if the profile was never saved.

    Raises:
        BusyError: another process holds the profile.
        CannotCreateError, StorageError: a file cannot be moved.
    """
    if not profile.folder.exists():
        return None
    with profile.locked():
        backups = paths.home() / "backups"
        make_private_dir(backups)
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        target, n = backups / f"{profile.name}-{stamp}", 1
        while target.exists():
            n += 1
            target = backups / f"{profile.name}-{stamp}-{n}"
        make_private_dir(target)
        for file in _files(profile):
            if file.name != _SETTINGS:
                with _storage_error(file):
                    shutil.move(file, target / file.name)
    profile.reload()
    return target


def delete_profile(name: str) -> Path | None:
    """Delete a profile, after a backup of what it has learned and of its settings.

    Returns:
        The folder of the backup.

    Raises:
        NoInputError: the profile does not exist.
        BusyError, CannotCreateError, StorageError: as `back_up`.
    """
    profile = open_existing(name)
    backup, settings = back_up(profile), profile.folder / _SETTINGS
    if backup and settings.exists():
        with _storage_error(settings):
            shutil.copy2(settings, backup / _SETTINGS)
    with _storage_error(profile.folder):
        shutil.rmtree(profile.folder)
    return backup


def _open_new(name: str) -> Profile:
    if paths.check_profile_name(name) in list_profiles():
        raise UsageError(
            f"profile {name} already exists",
            f"choose another name, or tpop profile delete {name}",
        )
    return Profile(name)


def _files(profile: Profile) -> list[Path]:
    return [file for file in profile.folder.iterdir() if file.name != _LOCK]


@contextmanager
def _storage_error(path: Path) -> Iterator[None]:
    """Turn an OSError of the `with` block into a StorageError about `path`."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot move or copy {path}: {error.strerror}", "check the folder's permissions"
        ) from None
