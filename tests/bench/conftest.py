"""Fixtures: an answer cache on the engine in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.bench.answer_cache import AnswerCache

from ..fakes import FakeEngine


@pytest.fixture
def cache(tmp_path: Path) -> AnswerCache:
    return AnswerCache(FakeEngine(), tmp_path / "cache")
