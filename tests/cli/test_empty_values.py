"""An empty name is an error: a script whose variable is unset must not use the default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from tpop_cli.cli.app import app

from .running import run

EMPTY = [
    ["ask", "hi", "--profile", ""],
    ["ask", "hi", "-p", " "],
    ["ask", "hi", "--model", ""],
    ["ask", "hi", "--judge", ""],
    ["ask", "hi", "--input", ""],
    ["ask", "hi", "--template", ""],
    ["ask", "hi", "--chat-template", ""],
    ["ask", "hi", "--temperature", ""],
    ["ask", "hi", "--timeout", ""],
    ["chat", "--resume", ""],
    ["chats", "show", ""],
    ["profile", "show", ""],
    ["profile", "rename", "default", ""],
    ["profile", "delete", "", "--yes"],
    ["profile", "import", ""],
    ["picks", "list", "--profile", ""],
    ["picks", "forget", "--before", ""],
    ["teach", "--prompts", "", "--judge", "cat"],
    ["teach", "--prompts", "x", "--judge", ""],
    ["check", "--judge", ""],
    ["models", "use", ""],
    ["models", "show", ""],
    ["axes", "remove", ""],
    ["axes", "add", "", "--toward", "a", "--away", "b"],
    ["config", "set", "profile", ""],
    ["reset", "--profile", "", "--yes"],
]


@pytest.mark.parametrize("arguments", EMPTY, ids=" ".join)
def test_an_empty_name_is_a_usage_error(arguments: list[str], home: Path) -> None:
    result = run(*arguments, code=2)
    assert "is empty" in result.stderr or "is not" in result.stderr
    assert not (home / "profiles").exists() and not (home / "data").exists()


@pytest.mark.parametrize("variable", ["TPOP_PROFILE", "TPOP_MODEL", "TPOP_TEMPERATURE"])
def test_an_empty_variable_is_unset(variable: str) -> None:
    result = run("config", "show", **{variable: ""})
    assert variable not in result.stdout


def commands(command: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    found = getattr(command, "commands", None)
    if found is None:
        return [(path, command)]
    return [one for name, child in found.items() for one in commands(child, (*path, name))]


def is_number(option: object) -> bool:
    kind = f"{getattr(option, 'type', '')} {getattr(option, 'display_type', '')}".lower()
    metavar = getattr(option, "metavar", None) or ""
    return getattr(option, "param_type_name", "") == "option" and (
        metavar in ("SECONDS", "N")
        or re.match(r"[\d.]+\.\.", metavar) is not None
        or "int" in kind
        or "float" in kind
    )


NUMBERS = [
    pytest.param(command, option, id=" ".join([*path, option.opts[0]]))
    for path, command in commands(get_command(app))
    for option in command.params  # type: ignore[attr-defined]
    if is_number(option)
]


def test_there_are_numeric_options() -> None:
    assert len(NUMBERS) > 60


@pytest.mark.parametrize(("command", "option"), NUMBERS)
def test_no_numeric_option_accepts_what_is_not_a_number_in_its_range(
    command: Any, option: Any
) -> None:
    for value in ("nan", "inf", "-inf", "1e999", "", "-7", "three"):
        with pytest.raises(Exception, match=r"is not ") as caught:
            command.make_context("tpop", [f"{option.opts[0]}={value}"])
        assert type(caught.value).__name__ == "BadParameter", (option.opts, value)


def test_a_number_out_of_range_is_a_usage_error_of_the_command() -> None:
    for words in (["ask", "hi", "--timeout", "nan"], ["bench", "speed", "--rounds", "inf"]):
        assert words[-2] in run(*words, code=2).stderr
