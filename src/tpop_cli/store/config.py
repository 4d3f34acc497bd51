"""Find the value of a setting.

It is the first that is given: by a flag, the `TPOP_*` variable, the profile's config.toml, the
user's config.toml, or as the default in `settings.SETTINGS`.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadDataError, ConfigError, UsageError
from ..settings import SETTINGS, did_you_mean, find_setting
from . import paths
from .files import make_private_dir, write_atomic
from .text_files import decode_text

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_profile_file: Path | None = None  # config.toml of the profile in use


def resolve(key: str, flag: Any = None) -> Any:
    """The value of a setting: the flag, else the configured value, else the default.

    Args:
        key: of `SETTINGS`.
        flag: the value on the command line; None if it was not given.

    Raises:
        ConfigError: as `configured`.
    """
    if flag is not None:
        return flag
    value, _ = configured(key)
    return SETTINGS[key].default if value is None else value


def configured(key: str) -> tuple[Any, str]:
    """The configured value of a setting, and where it was set: (None, "default") if nowhere.

    Raises:
        ConfigError: the variable or a config.toml holds a value that is not allowed.
    """
    setting = SETTINGS[key]
    text = os.environ.get(setting.variable)
    if text:
        try:
            return setting.parse(text), f"${setting.variable}"
        except UsageError as error:
            raise ConfigError(
                f"{setting.variable}={error.message}", f"unset it: unset {setting.variable}"
            ) from None
    for path in (_profile_file, paths.config_file()):
        values = load_config(path) if path else {}
        if key in values:
            return values[key], str(path)
    return None, "default"


def use_profile_settings(name: str) -> None:
    """Let the settings of a profile override those of the user from now on."""
    global _profile_file  # noqa: PLW0603 - a process works for one profile at a time
    _profile_file = profile_config_file(name)


def profile_config_file(name: str) -> Path:
    """The config.toml of a profile."""
    return paths.profiles_dir() / paths.check_profile_name(name) / "config.toml"


def load_config(path: Path | None = None) -> dict[str, Any]:
    """The checked settings of a config.toml, by default the user's; empty if it does not exist.

    Raises:
        ConfigError: it cannot be parsed, or holds an unknown key or a value that is not allowed.
    """
    path = path or paths.config_file()
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(_read(path, stat.st_mtime_ns, stat.st_size))


@lru_cache
def _read(path: Path, _changed: int, _size: int) -> dict[str, Any]:
    """Parse a config.toml. A command resolves thirty settings: the cache holds until it changes."""
    import tomlkit

    try:
        values: dict[str, Any] = tomlkit.parse(_read_text(path)).unwrap()
    except BadDataError as error:
        raise ConfigError(error.message, error.hint) from None
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"cannot read {path}: {error}", f"fix it, or move it away: {path}"
        ) from None
    for key, value in values.items():
        if key not in SETTINGS:
            raise ConfigError(
                f"{path} holds an unknown key {key!r}",
                did_you_mean(key, f"known keys: {', '.join(SETTINGS)}"),
            )
        try:
            values[key] = SETTINGS[key].check(value)
        except UsageError:
            raise ConfigError(
                f"{key} in {path} is not {SETTINGS[key].expected}", f"fix it in {path}"
            ) from None
    return values


def save_setting(key: str, value: Any, path: Path | None = None) -> None:
    """Set a key of a config.toml, by default the user's. Comments and the order of keys stay."""
    path = path or paths.config_file()
    document = _document(path)
    document[key] = value
    _write(path, document)


def remove_setting(key: str, path: Path | None = None) -> None:
    """Remove a key from a config.toml, if it is there. Raises UsageError for an unknown key."""
    find_setting(key)
    path = path or paths.config_file()
    document = _document(path)
    if key in document:
        document.remove(key)
        _write(path, document)


def _document(path: Path) -> TOMLDocument:
    import tomlkit

    load_config(path)  # a file that cannot be understood is not written to
    return tomlkit.parse(_read_text(path)) if path.exists() else tomlkit.document()


def _read_text(path: Path) -> str:
    """A config.toml, in whatever encoding an editor saved it. Its line ends stay."""
    return decode_text(path.read_bytes(), str(path))


def _write(path: Path, document: TOMLDocument) -> None:
    import tomlkit

    make_private_dir(path.parent)
    write_atomic(path, tomlkit.dumps(document).encode())
