"""Options of settings: a wrong value is a usage error before anything is loaded."""

from __future__ import annotations

import pytest

from .running import run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_a_wrong_value_is_found_before_a_model_is_loaded() -> None:
    run("ask", "x", "--profile", "a b", code=2, TPOP_MODEL="/nowhere.gguf")
    run("ask", "x", "--seed", "minus", code=2, TPOP_MODEL="/nowhere.gguf")


@pytest.mark.parametrize(
    "option",
    [
        ("--gpu-layers", "some"),
        ("--split-mode", "x"),
        ("--tensor-split", "a,b"),
        ("--flash-attn", "maybe"),
        ("--cache-type-k", "q9"),
    ],
)
def test_a_wrong_value_is_a_usage_error_that_says_what_is_allowed(option: tuple[str, str]) -> None:
    name, value = option
    errors = run("ask", *option, "hello", code=2, COLUMNS="200").stderr
    assert f"Invalid value for '{name}': '{value}' is not " in errors
