"""The table of settings: what values it allows, and that everything else is made from it."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tpop_cli
from tpop_cli.engine.load_options import CACHE_TYPES, FLASH_ATTENTION, SPLIT_MODES
from tpop_cli.errors import UsageError
from tpop_cli.settings import SETTINGS, find_setting

ROOT = Path(tpop_cli.__file__).parent


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("temperature", "0", 0.0),
        ("temperature", "5", 5.0),
        ("top_k", "0", 0),
        ("seed", str(1 << 63), 1 << 63),
        ("mmap", "Yes", True),
        ("mmap", "off", False),
        ("history", "1", True),
        ("history", "FALSE", False),
        ("ask", "never", "never"),
        ("model", "any thing", "any thing"),
        ("gpu_layers", "auto", "auto"),
        ("gpu_layers", "20", "20"),
        ("tensor_split", "3, 1.5,.5", "3, 1.5,.5"),
        ("tensor_split", "", ""),
    ],
)
def test_a_text_becomes_a_value(key: str, text: str, value: object) -> None:
    parsed = SETTINGS[key].parse(text)
    assert parsed == value
    assert type(parsed) is SETTINGS[key].type
    assert SETTINGS[key].check(parsed) == parsed  # a value from TOML


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("temperature", "5.1", "a number from 0 to 5"),
        ("temperature", "-0.1", "a number from 0 to 5"),
        ("temperature", "warm", "a number from 0 to 5"),
        ("temperature", "nan", "a number from 0 to 5"),
        ("temperature", "inf", "a number from 0 to 5"),
        ("repeat_penalty", "0", "a number from 0.01 to 10"),
        ("threads", "0", "a whole number from 1 to 4096"),
        ("threads", "1.5", "a whole number from 1 to 4096"),
        ("mmap", "maybe", "true or false"),
        ("ask", "often", "one of auto, always, never"),
        ("gpu_layers", "some", "auto, all, or a number of layers"),
        ("tensor_split", "a,b", "a list of numbers such as 3,1"),
        ("tensor_split", "3,,1", "a list of numbers such as 3,1"),
    ],
)
def test_a_text_that_is_not_allowed_is_refused(key: str, text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        SETTINGS[key].parse(text)
    assert caught.value.message == f"{text!r} is not {expected}"


@pytest.mark.parametrize(
    ("key", "value"),
    [("threads", True), ("mmap", 1), ("system", 1), ("ctx", 1.5), ("top_p", float("nan"))],
)
def test_a_value_of_another_type_is_refused(key: str, value: object) -> None:
    with pytest.raises(UsageError):
        SETTINGS[key].check(value)


def test_every_default_is_allowed() -> None:
    for setting in SETTINGS.values():
        if setting.default is not None:
            assert setting.check(setting.default) == setting.default
        assert setting.default_text or setting.default not in (None, "")


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="there is no setting 'temprature'") as caught:
        find_setting("temprature")
    assert caught.value.hint == "did you mean 'temperature'?"
    with pytest.raises(UsageError) as caught:
        find_setting("xyz")
    assert caught.value.hint == "see all: tpop config show"


# -- everything else is made from the table ------------------------------------------------------

FLAVOUR = """
import sys
from tpop_cli.settings import ANSWERS, SETTINGS, Setting
SETTINGS["flavour"] = Setting(
    "flavour", str, "The flavour of answers.", "plain", choices=("plain", "sweet"), group=ANSWERS
)
"""


def run_with_flavour(*arguments: str, code: int = 0, **environment: str) -> str:
    """What tpop writes, if the table has one more setting."""
    program = f"{FLAVOUR}from tpop_cli.cli.app import app; app({list(arguments)}, prog_name='tpop')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
    )
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def complete(line: str) -> list[str]:
    """What the shell offers at the end of a line."""
    words = line.split(" ")
    environment = {"_TPOP_COMPLETE": "complete_bash", "COMP_WORDS": line}
    return run_with_flavour(**environment, COMP_CWORD=str(len(words) - 1)).split()


def run_python(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_one_entry_of_the_table_is_enough_for_a_new_setting() -> None:
    shown = run_with_flavour("ask", "--help")
    for text in ("--flavour", "plain|sweet", "The flavour of answers.", "(plain)"):
        assert text in shown
    expected = "is not one of plain, sweet"
    assert expected in run_with_flavour("ask", "x", "--flavour", "sour", code=2)
    assert expected in run_with_flavour("config", "set", "flavour", "sour", code=2)
    assert expected in run_with_flavour("config", "show", code=78, TPOP_FLAVOUR="sour")
    run_with_flavour("config", "set", "flavour", "sweet")
    assert '"value": "sweet"' in run_with_flavour("config", "show", "--json")
    assert complete("tpop ask --flavour ") == ["plain", "sweet"]
    assert complete("tpop config set flav") == ["flavour"]
    assert complete("tpop config set flavour s") == ["sweet"]
    row = run_python(f"{FLAVOUR}from tpop_cli.cli.reference import reference; print(reference())")
    cells = "`flavour` | `--flavour` | `TPOP_FLAVOUR` | one of plain, sweet | plain |"
    assert cells in row


def test_defaults_of_other_packages_come_from_the_table() -> None:
    """With other defaults in the table, the dataclasses have those."""
    program = """
from dataclasses import fields, replace
from tpop_cli.settings import SETTINGS
for key, setting in SETTINGS.items():
    SETTINGS[key] = replace(setting, default=f"other {key}")
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.session.options import SessionOptions
for options in (LoadOptions, Sampling, SessionOptions):
    for field in fields(options):
        if field.name in SETTINGS and field.default != f"other {field.name}":
            print(options.__name__, field.name)
"""
    # Texts of the table that the engine has in another form, and a seed that is random by default.
    other = {"LoadOptions gpu_layers", "LoadOptions tensor_split", "LoadOptions rpc"}
    assert set(run_python(program).splitlines()) == {*other, "SessionOptions seed"}


EXEMPT: dict[str, str] = {
    "bench.py": "--ask takes several values, to compare them",
    "config.py": "--profile names the profile to configure, not the one to use",
}


def test_no_option_of_a_setting_is_declared_elsewhere() -> None:
    names = {
        name
        for setting in SETTINGS.values()
        for option in setting.options
        for name in option.split("/")
    }
    for path in ROOT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "typer.Option":
                declared = {arg.value for arg in call.args if isinstance(arg, ast.Constant)}
                assert not declared & names or path.name in EXEMPT, (path, declared)


def test_the_engine_knows_every_choice() -> None:
    known: dict[str, Any] = {
        "split_mode": SPLIT_MODES,
        "flash_attn": FLASH_ATTENTION,
        "cache_type_k": CACHE_TYPES,
        "cache_type_v": CACHE_TYPES,
    }
    for key, values in known.items():
        assert set(SETTINGS[key].choices) == set(values)
