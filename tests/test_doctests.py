"""The examples in the docstrings, run on the package as it is installed."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tpop_cli

MODULES = [
    m.name
    for m in pkgutil.walk_packages(tpop_cli.__path__, "tpop_cli.")
    if not m.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) > 5
