"""Settings: flag, then TPOP_* variable, then the profile's config.toml, then the user's, then default."""

from __future__ import annotations

import difflib
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError, UsageError
from . import paths
from .files import make_private_dir, write_atomic

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

# key -> the type its value has in config.toml
KEYS: dict[str, type] = {
    "model": str,
    "profile": str,
    "system": str,
    "temperature": float,
    "max_tokens": int,
    "top_k": int,
    "top_p": float,
    "min_p": float,
    "repeat_penalty": float,
    "ctx": int,
    "threads": int,
    "gpu_layers": str,
    "split_mode": str,
    "tensor_split": str,
    "main_gpu": int,
    "flash_attn": str,
    "cache_type_k": str,
    "cache_type_v": str,
    "mlock": bool,
    "mmap": bool,
    "rpc": str,
    "chat_template": str,
    "history": bool,
    "think": str,
    "ask": str,
    "reward": str,
    "seed": int,
}

# key -> (least, most) for numbers, or what it may be for words
ALLOWED: dict[str, tuple[float, float] | tuple[str, ...]] = {
    "temperature": (0.0, 5.0),
    "max_tokens": (1, 1 << 20),
    "top_k": (0, 1 << 20),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.01, 10.0),
    "threads": (1, 4096),
    "main_gpu": (0, 255),
    "seed": (0, 1 << 63),
    "think": ("show", "hide"),
    "ask": ("auto", "always", "never"),
    "reward": ("axes", "neural"),
}

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def setting(key: str, flag: Any = None) -> Any:
    """The value that holds for `key`, or None where nobody set it.

    Args:
        key: one of KEYS.
        flag: what the command line said; None if nothing.

    Raises:
        ConfigError: the variable or the file holds something that is not understood.
    """
    if flag is not None:
        return flag
    return origin(key)[0]


def origin(key: str) -> tuple[Any, str]:
    """The value that holds for `key` where no flag is given, and where it was set: "default" if nowhere.

    Raises:
        ConfigError: as `setting`.
    """
    variable = f"TPOP_{key.upper()}"
    text = os.environ.get(variable)
    if text:
        try:
            return _of_text(key, text), f"${variable}"
        except ValueError:
            raise ConfigError(
                f"{variable}={text!r} is not {_kind(key)}", f"unset it: unset {variable}"
            ) from None
    for path in (_profile_file, paths.config_file()):
        values = load_config(path) if path else {}
        if key in values:
            return values[key], str(path)
    return None, "default"


_profile_file: Path | None = None  # of the profile that a command works for


def use_profile_settings(name: str) -> None:
    """From now on this profile's own settings hold, where it has some."""
    global _profile_file  # noqa: PLW0603 - a process works for one profile at a time
    _profile_file = profile_config_file(name)


def profile_config_file(name: str) -> Path:
    """Where the settings of one profile are."""
    return paths.profiles_dir() / paths.check_profile_name(name) / "config.toml"


def parsed(key: str, text: str) -> Any:
    """The value of a setting, from a text that a user wrote.

    Raises:
        UsageError: there is no such setting, or the text is no value of it.
    """
    _check(key)
    try:
        return _of_text(key, text)
    except ValueError:
        raise UsageError(
            f"{text!r} is not {_kind(key)}, as {key} needs", f"tpop config set {key} VALUE"
        ) from None


def _check(key: str) -> None:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, 1)
        raise UsageError(
            f"there is no setting {key!r}",
            f"did you mean {near[0]!r}?" if near else "tpop config show lists them",
        )


def load_config(path: Path | None = None) -> dict[str, Any]:
    """The settings of a config.toml, the user's by default, checked; empty if there is no such file.

    Raises:
        ConfigError: it cannot be parsed, or holds an unknown key or a value of the wrong type.
    """
    path = path or paths.config_file()
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return dict(_read(path, stat.st_mtime_ns, stat.st_size))


@lru_cache
def _read(path: Path, _changed: int, _size: int) -> dict[str, Any]:
    """A command asks for thirty settings: the file is parsed once, until it changes."""
    import tomlkit

    try:
        values: dict[str, Any] = tomlkit.parse(path.read_text("utf-8")).unwrap()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"cannot read {path}: {error}", f"mend it, or move it away: {path}"
        ) from None
    for key, value in values.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, 1)
            raise ConfigError(
                f"{path} holds an unknown key {key!r}",
                f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(KEYS)}",
            )
        if type(value) is int and (KEYS[key] is float or key == "gpu_layers"):
            values[key] = KEYS[key](value)
        elif type(value) is not KEYS[key]:
            raise ConfigError(f"{key} in {path} is not {_kind(key)}", f"mend it in {path}")
        if not _allowed(key, values[key]):
            raise ConfigError(f"{key} in {path} is not {_kind(key)}", f"mend it in {path}")
    return values


def save_setting(key: str, value: Any, path: Path | None = None) -> None:
    """Set one key of a config.toml, the user's by default; comments and order of the rest stay."""
    path = path or paths.config_file()
    document = _document(path)
    document[key] = value
    _write(path, document)


def remove_setting(key: str, path: Path | None = None) -> None:
    """Take one key out of a config.toml, if it is there. Raises UsageError if no setting is called so."""
    _check(key)
    path = path or paths.config_file()
    document = _document(path)
    if key in document:
        document.remove(key)
        _write(path, document)


def _document(path: Path) -> TOMLDocument:
    import tomlkit

    load_config(path)  # refuse to write into a file that is not understood
    return tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()


def _write(path: Path, document: TOMLDocument) -> None:
    import tomlkit

    make_private_dir(path.parent)
    write_atomic(path, tomlkit.dumps(document).encode())


def _of_text(key: str, text: str) -> Any:
    """The value that a text stands for. Raises ValueError if it stands for none."""
    if KEYS[key] is not bool:
        value = KEYS[key](text)
        if not _allowed(key, value):
            raise ValueError(text)
        return value
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _allowed(key: str, value: Any) -> bool:
    allowed = ALLOWED.get(key)
    if allowed is None:
        return True
    if isinstance(allowed[0], str):
        return value in allowed
    return bool(allowed[0] <= value <= allowed[1])  # also false for what is no number


def _kind(key: str) -> str:
    allowed = ALLOWED.get(key)
    if allowed is not None and isinstance(allowed[0], str):
        return "one of " + ", ".join(map(str, allowed))
    if allowed is not None:
        kind = "whole number" if KEYS[key] is int else "number"
        return f"a {kind} from {allowed[0]:g} to {allowed[1]:g}"
    return {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[
        KEYS[key]
    ]
