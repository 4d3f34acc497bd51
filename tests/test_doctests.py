"""The examples in the docstrings of the installed package work."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import tpop_cli

MODULES = [
    module.name
    for module in pkgutil.walk_packages(tpop_cli.__path__, "tpop_cli.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_work(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_package_has_examples() -> None:
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) > 5
