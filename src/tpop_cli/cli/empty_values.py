"""Refuses options and arguments that are empty: mostly `--profile "$UNSET"` in a script."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import UsageError

_MAY_BE_EMPTY = {"prompt", "system", "rpc", "tensor_split", "value"}


def refuse_empty(function: Callable[..., Any], arguments: Mapping[str, object]) -> None:
    """Check what the command line gives a Typer command.

    Args:
        function: the command.
        arguments: its arguments, by the names of its parameters.

    Raises:
        UsageError: one of them is an empty text. It does not stand for the default.
    """
    for name, value in arguments.items():
        if isinstance(value, str) and not value.strip() and name not in _MAY_BE_EMPTY:
            raise UsageError(
                f"{_shown_name(function, name)} is empty",
                "give it a value, or leave it out; is a variable of your script unset?",
            )


def _shown_name(function: Callable[..., Any], name: str) -> str:
    """The option or argument of a parameter, as `--help` shows it."""
    parameter = inspect.signature(function, eval_str=True).parameters[name]
    info = getattr(parameter.annotation, "__metadata__", (None,))[0]
    options = [text for text in getattr(info, "param_decls", None) or () if text.startswith("--")]
    is_option = options or type(info).__name__ == "OptionInfo"
    if not is_option:
        return getattr(info, "metavar", None) or name.upper()
    return options[0] if options else "--" + name.replace("_", "-")
