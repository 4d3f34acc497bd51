"""Where things live. Nothing here creates a folder; writers do that when they write."""

from __future__ import annotations

import os
import re
from pathlib import Path

from platformdirs import user_config_path, user_data_path

from ..errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{i}" for d in ("com", "lpt") for i in range(1, 10)}


def home() -> Path:
    """The folder of the configuration and the profiles: $TPOP_HOME, or the user's config directory."""
    override = os.environ.get("TPOP_HOME")
    return Path(override).expanduser() if override else user_config_path("tpop", appauthor=False)


def config_file() -> Path:
    """The settings file."""
    return home() / "config.toml"


def axes_file() -> Path:
    """The axes that the user added."""
    return home() / "axes.json"


def profiles_dir() -> Path:
    """The folder that holds one folder a profile."""
    return home() / "profiles"


def data_dir() -> Path:
    """The folder of what can be made anew: models, response matrices, the input history."""
    return (
        home() / "data" if os.environ.get("TPOP_HOME") else user_data_path("tpop", appauthor=False)
    )


def models_dir() -> Path:
    """The folder in which models are looked for by name."""
    return data_dir() / "models"


def check_profile_name(name: str) -> str:
    """The name itself, if every file system can hold it.

    Raises:
        UsageError: otherwise, or when it differs from an existing profile's name in letter case only.

    >>> check_profile_name("work")
    'work'
    """
    stem = name.split(".", maxsplit=1)[0].lower()
    if not _NAME.fullmatch(name) or name.endswith(".") or stem in _RESERVED:
        raise UsageError(
            f"{name[:80]!r} cannot be a profile's name",
            "use 1 to 80 letters, digits and _ - . and start with a letter, digit or _",
        )
    try:
        others = [path.name for path in profiles_dir().iterdir()]
    except OSError:
        others = []
    for other in others:
        if other != name and other.lower() == name.lower():
            raise UsageError(
                f"a profile named {other!r} exists, and some file systems cannot tell it from {name!r}",
                f"use --profile {other}",
            )
    return name
