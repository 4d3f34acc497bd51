"""The size of the context."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.errors import UsageError


@pytest.mark.parametrize("n_ctx", [-1, 15, 2_000_000_000])
def test_refuses_an_impossible_context_before_loading(tiny_path: Path, n_ctx: int) -> None:
    start = time.monotonic()
    with pytest.raises(UsageError, match="not possible"):
        LlamaEngine(tiny_path, LoadOptions(n_ctx=n_ctx))
    assert time.monotonic() - start < 1
