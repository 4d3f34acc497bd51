"""What is done with whole profiles: listing, creating, copying, renaming, setting aside."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ..errors import NoInputError, StorageError, UsageError
from . import paths
from .files import make_private_dir
from .profile import Profile

_LOCK = ".lock"  # held while a profile is moved, and never moved with it
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


def existing(name: str) -> Profile:
    """A profile that is there. Raises NoInputError if it is not."""
    if paths.check_profile_name(name) not in list_profiles():
        raise NoInputError(f"there is no profile {name}", "tpop profile list")
    return Profile(name)


def create_profile(name: str) -> Profile:
    """Make an empty profile. Raises UsageError if there is one of this name."""
    profile = _new(name)
    with profile.locked():
        _told(lambda: profile.log.path.touch(mode=0o600), profile.log.path)
    return profile


def copy_profile(name: str, new: str) -> Profile:
    """Copy a profile under a new name. Raises NoInputError, UsageError, StorageError."""
    source, target = existing(name), _new(new)
    with source.locked(), target.locked():
        for file in _files(source):
            _told(lambda file=file: shutil.copy2(file, target.folder / file.name), file)  # type: ignore[misc]
    return Profile(new)


def rename_profile(name: str, new: str) -> Profile:
    """Give a profile another name. Errors as `copy_profile`."""
    copied = copy_profile(name, new)
    _told(lambda: shutil.rmtree(existing(name).folder), copied.folder)
    return copied


def set_aside(profile: Profile) -> Path | None:
    """Move what a profile has learned to a backup; returns where it is now, or None if there was nothing."""
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
            if (
                file.name != _SETTINGS
            ):  # what was learned is forgotten, not how the profile is set up
                _told(lambda file=file: shutil.move(file, target / file.name), file)  # type: ignore[misc]
    profile.reload()
    return target


def delete_profile(name: str) -> Path | None:
    """Remove a profile; a backup is kept, whose place is returned. Raises NoInputError, StorageError."""
    profile = existing(name)
    backup, settings = set_aside(profile), profile.folder / _SETTINGS
    if backup and settings.exists():
        _told(lambda: shutil.copy2(settings, backup / _SETTINGS), settings)
    _told(lambda: shutil.rmtree(profile.folder), profile.folder)
    return backup


def _new(name: str) -> Profile:
    if paths.check_profile_name(name) in list_profiles():
        raise UsageError(
            f"there is a profile {name} already",
            f"choose another name, or tpop profile delete {name}",
        )
    return Profile(name)


def _files(profile: Profile) -> list[Path]:
    return [file for file in profile.folder.iterdir() if file.name != _LOCK]


def _told(action: Callable[[], object], path: Path) -> None:
    """Run a file operation; an OSError becomes a StorageError about `path`."""
    try:
        action()
    except OSError as error:
        raise StorageError(
            f"cannot move or copy {path}: {error.strerror}", "check the folder's permissions"
        ) from None
