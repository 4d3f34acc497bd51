"""Fixtures of the tests that run tpop as a process."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def tiny_env(tiny_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings for the tiny model, which writes nonsense quickly: twelve tokens, one thread."""
    monkeypatch.setenv("TPOP_MODEL", str(tiny_path))
    monkeypatch.setenv("TPOP_MAX_TOKENS", "12")
    monkeypatch.setenv("TPOP_THREADS", "1")
    monkeypatch.setenv("TPOP_SEED", "1")  # with some seeds an answer is blank, which a note says
