"""A model in several files is checked and counted as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.engine.gguf import read_header
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.memory import estimate_memory
from tpop_cli.engine.whole_model import read_model
from tpop_cli.errors import BadDataError

from ..model_stores import split_gguf


def test_all_parts_count(tiny_path: Path, tmp_path: Path) -> None:
    parts = split_gguf(tiny_path, tmp_path, "tiny")
    whole, split = read_header(tiny_path), read_model(parts[0])
    assert split.tensors.keys() == whole.tensors.keys()
    assert split.size_bytes == sum(part.stat().st_size for part in parts)
    options = LoadOptions(n_ctx=128)
    assert estimate_memory(split, options).weights == estimate_memory(whole, options).weights
    with LlamaEngine(parts[0], LoadOptions(n_threads=1, n_ctx=128)) as engine:
        assert engine.info.path == str(parts[0])


def test_a_missing_or_broken_part_is_named(tiny_path: Path, tmp_path: Path) -> None:
    parts = split_gguf(tiny_path, tmp_path, "tiny")
    parts[2].write_bytes(parts[2].read_bytes()[:-4096])
    with pytest.raises(BadDataError, match=r"part 3 of 3 is broken: .*00003.*truncated"):
        LlamaEngine(parts[0])
    parts[2].write_text("<html>")
    with pytest.raises(BadDataError, match=r"part 3 of 3 is broken.*magic"):
        LlamaEngine(parts[0])
    parts[1].unlink()
    with pytest.raises(BadDataError, match=r"part 2 of 3 is missing: tiny-00002-of-00003\.gguf"):
        LlamaEngine(parts[0])


def test_renamed_parts_are_refused(tiny_path: Path, tmp_path: Path) -> None:
    first = split_gguf(tiny_path, tmp_path, "tiny")[0].rename(tmp_path / "renamed.gguf")
    with pytest.raises(BadDataError, match="the first of 3 parts, which are found by name"):
        LlamaEngine(first)
