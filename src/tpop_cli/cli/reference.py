"""docs/reference.md: every command and option, written from the program itself.

python -m tpop_cli.cli.reference > docs/reference.md
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, get_args

import typer
from typer.models import ArgumentInfo

from ..store.config import KEYS
from .app import EXIT_CODES, app
from .terminal.slash_commands import COMMANDS

Function = Callable[..., Any]

_HEAD = """# Reference

Every command and option of `tpop`, as `--help` has them. Printed by `python -m tpop_cli.cli.reference`.
"""


def reference() -> str:
    """The whole of it, as Markdown."""
    parts = [_HEAD, *(_section(path, function) for path, function in _commands("tpop", app))]
    slash = "\n".join(f"- `{name}`: {meaning}" for name, (_, meaning) in COMMANDS.items())
    keys = ", ".join(f"`{key}`" for key in KEYS)
    parts += [
        f"## In a chat\n\n{slash}\n",
        "## Settings\n\nA flag, else `$TPOP_` and the name in capitals, else `config.toml`, else the default: "
        f"{keys}.\n",
        f"## Exit codes\n\n{' '.join(EXIT_CODES.removeprefix('Exit codes: ').split())}\n",
    ]
    return "\n".join(parts)


def _commands(path: str, group: typer.Typer) -> Iterator[tuple[str, Function]]:
    """The functions behind all commands, with the words that call them."""
    for one in group.registered_commands:
        assert one.callback is not None
        yield f"{path} {one.name or one.callback.__name__.replace('_', '-')}", one.callback
    for child in group.registered_groups:
        assert child.typer_instance is not None
        yield from _commands(f"{path} {child.name}", child.typer_instance)


def _section(path: str, function: Function) -> str:
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    arguments = [p for p in parameters if isinstance(_info(p), ArgumentInfo)]
    usage = [p.name.upper() if p.default is p.empty else f"[{p.name.upper()}]" for p in arguments]
    said = " ".join((inspect.getdoc(function) or "").split())
    lines = [f"## `{' '.join([path, *usage])}`", "", said, ""]
    lines += [f"- `{p.name.upper()}`: {_info(p).help or ''}{_default(p)}" for p in arguments]
    lines += [
        f"- {_names(p)}: {_info(p).help or ''}{_default(p)}"
        for p in parameters
        if p not in arguments
    ]
    return "\n".join(lines) + "\n"


def _info(parameter: inspect.Parameter) -> Any:
    """What Typer is told of a parameter."""
    return parameter.annotation.__metadata__[0]


def _names(parameter: inspect.Parameter) -> str:
    """An option's names, and what its value looks like."""
    info, kind = _info(parameter), parameter.annotation.__origin__
    kinds = [one for one in get_args(kind) or (kind,) if one is not type(None)]
    # Inside Annotated, Typer keeps the first of an option's names where its default would be.
    first = [info.default] if isinstance(info.default, str) else []
    declared = [*first, *(info.param_decls or ())] or ["--" + parameter.name.replace("_", "-")]
    names = ", ".join(f"`{one}`" for one in declared)
    if kinds == [bool]:
        return names
    enum = next((one for one in kinds if isinstance(one, type) and issubclass(one, Enum)), None)
    value = info.metavar or ("|".join(member.value for member in enum) if enum else "")
    return f"{names} `{value}`" if value else names


def _default(parameter: inspect.Parameter) -> str:
    """What holds where it is not given, if that says something."""
    shown, value = (
        _info(parameter).show_default,
        getattr(parameter.default, "value", parameter.default),
    )
    if isinstance(shown, str):
        return f" Default: {shown}."
    told = isinstance(value, (int, float, str)) and not isinstance(value, bool)
    return f" Default: {value}." if told else ""


if __name__ == "__main__":
    print(reference(), end="")
