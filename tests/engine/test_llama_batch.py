"""What is read after a batch: numbers, or an error that names the model."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.errors import DecodeError

from ..cli.running import run
from ..faults.table import NOT_A_NUMBER
from ..tiny import write_tiny_gguf


@NOT_A_NUMBER.shown
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_logits_that_are_not_finite_are_an_error(tmp_path: Path, value: float) -> None:
    path = write_tiny_gguf(tmp_path / "odd.gguf", norm=value)
    options = LoadOptions(n_threads=1, hidden_states=True)
    with warnings.catch_warnings(), LlamaEngine(path, options) as engine:
        warnings.simplefilter("error")
        prompt = engine.chat_tokens([{"role": "user", "content": "hi"}])
        for call in (
            lambda: engine.open([prompt]),
            lambda: engine.logprobs(prompt, 1),
            lambda: engine.hidden_states(prompt, 1),
        ):
            with pytest.raises(DecodeError, match=r"the model odd\.gguf computes numbers"):
                call()


@NOT_A_NUMBER.shown
@pytest.mark.parametrize("how", [(), ("--pick", "judge", "--judge", "cat"), ("--json",)])
def test_no_command_answers_with_them(tmp_path: Path, how: tuple[str, ...]) -> None:
    path = write_tiny_gguf(tmp_path / "odd.gguf", norm=np.nan)
    result = run("ask", "hi", "--model", str(path), "--ctx", "512", *how, code=1)
    error, hint = result.stderr.splitlines()
    assert "odd.gguf computes numbers that are not finite" in error and "--model" in hint
    assert result.stdout == ""


@NOT_A_NUMBER.shown
def test_very_large_logits_are_numbers(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "large.gguf", norm=1e36)
    result = run("ask", "hi", "--model", str(path), "--ctx", "512", "-n", "4", "--json")
    assert json.loads(result.stdout)["tokens"]["answer"] > 0
