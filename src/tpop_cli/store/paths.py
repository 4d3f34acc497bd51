"""Where files are. Nothing here creates a folder: the code that writes a file does."""

from __future__ import annotations

import os
import re
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from ..errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10)}


def home() -> Path:
    """The folder of settings and profiles: $TPOP_HOME, or the user's configuration directory."""
    override = os.environ.get("TPOP_HOME")
    return Path(override).expanduser() if override else user_config_path("tpop", appauthor=False)


def config_file() -> Path:
    """The user's settings."""
    return home() / "config.toml"


def axes_file() -> Path:
    """The user's own taste axes."""
    return home() / "axes.json"


def profiles_dir() -> Path:
    """The folder that holds one folder per profile."""
    return home() / "profiles"


def data_dir() -> Path:
    """The folder of chats, models, response matrices and the input history."""
    return (
        home() / "data" if os.environ.get("TPOP_HOME") else user_data_path("tpop", appauthor=False)
    )


def models_dir() -> Path:
    """The folder of models that can be used by name."""
    return data_dir() / "models"


def check_profile_name(name: str, parent: Path | None = None) -> str:
    """Return the name if it is safe as a folder's name on every platform.

    Args:
        name: the name of a profile.
        parent: the folder that holds the profiles; None: `profiles_dir()`.

    Raises:
        UsageError: it is not, or it differs from an existing profile's name only in letter case.

    >>> check_profile_name("work")
    'work'
    """
    stem = name.split(".", maxsplit=1)[0].lower()
    if not _NAME.fullmatch(name) or name.endswith(".") or stem in _RESERVED:
        raise UsageError(
            f"{name[:80]!r} is not a valid profile name",
            "use 1 to 80 letters, digits and _ - . and start with a letter, digit or _",
        )
    try:
        others = [path.name for path in (parent or profiles_dir()).iterdir()]
    except OSError:
        others = []
    for other in others:
        if other != name and other.lower() == name.lower():
            raise UsageError(
                f"profile {other!r} exists, and some file systems would not distinguish {name!r}",
                f"use --profile {other}",
            )
    return name
