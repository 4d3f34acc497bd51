"""Settings: flag, then TPOP_* variable, then config.toml, then default."""

from __future__ import annotations

import difflib
import os
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
            raise ConfigError(f"{variable}={text!r} is not {_kind(key)}", f"unset it: unset {variable}") from None
    config = load_config()
    return (config[key], str(paths.config_file())) if key in config else (None, "default")


def parsed(key: str, text: str) -> Any:
    """The value of a setting, from a text that a user wrote.

    Raises:
        UsageError: there is no such setting, or the text is no value of it.
    """
    _check(key)
    try:
        return _of_text(key, text)
    except ValueError:
        raise UsageError(f"{text!r} is not {_kind(key)}, as {key} needs", f"tpop config set {key} VALUE") from None


def _check(key: str) -> None:
    if key not in KEYS:
        near = difflib.get_close_matches(key, KEYS, 1)
        raise UsageError(
            f"there is no setting {key!r}", f"did you mean {near[0]!r}?" if near else "tpop config show lists them"
        )


def load_config() -> dict[str, Any]:
    """The settings of config.toml, checked; empty if there is no such file.

    Raises:
        ConfigError: it cannot be parsed, or holds an unknown key or a value of the wrong type.
    """
    path = paths.config_file()
    if not path.exists():
        return {}
    import tomlkit

    try:
        values: dict[str, Any] = tomlkit.parse(path.read_text("utf-8")).unwrap()
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot read {path}: {error}", f"mend it, or move it away: {path}") from None
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
    return values


def save_setting(key: str, value: Any) -> None:
    """Set one key of config.toml; comments and order of the rest stay."""
    document = _document()
    document[key] = value
    _write(document)


def remove_setting(key: str) -> None:
    """Take one key out of config.toml, if it is there. Raises UsageError if no setting is called so."""
    _check(key)
    document = _document()
    if key in document:
        document.remove(key)
        _write(document)


def _document() -> TOMLDocument:
    import tomlkit

    load_config()  # refuse to write into a file that is not understood
    path = paths.config_file()
    return tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()


def _write(document: TOMLDocument) -> None:
    import tomlkit

    path = paths.config_file()
    make_private_dir(path.parent)
    write_atomic(path, tomlkit.dumps(document).encode())


def _of_text(key: str, text: str) -> Any:
    """The value that a text stands for. Raises ValueError if it stands for none."""
    if KEYS[key] is not bool:
        return KEYS[key](text)
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _kind(key: str) -> str:
    return {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}[KEYS[key]]
