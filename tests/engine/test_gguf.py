"""What a model's header tells, and limits for the code that comes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.engine.gguf import fingerprint, read_header
from tpop_cli.engine.limits import BYTES, run_limited


def test_the_header_of_the_tiny_model(tiny_path: Path) -> None:
    header = read_header(tiny_path)
    assert (header.architecture, header.name, header.quantization) == ("llama", "tiny", "F32")
    assert header.number("block_count") == 2
    assert "im_start" in str(header.metadata["tokenizer.chat_template"])


def test_the_header_of_the_starter_model(starter_path: Path) -> None:
    header = read_header(starter_path)
    assert header.quantization == "Q4_1"
    assert header.number("context_length") == 8192


def test_the_fingerprint_changes_with_the_file(tiny_path: Path, tmp_path: Path) -> None:
    data = bytearray(tiny_path.read_bytes())
    data[-1] ^= 1
    (tmp_path / "other.gguf").write_bytes(data)
    assert fingerprint(tiny_path) != fingerprint(tmp_path / "other.gguf")
    assert fingerprint(tiny_path) == fingerprint(tiny_path)


def test_limits_let_other_things_through() -> None:
    assert run_limited(lambda: "a" * 1000) == "a" * 1000
    with pytest.raises(ValueError, match="as it was"):
        run_limited(lambda: _fail("as it was"))
    assert len("a" * (BYTES + 1)) > BYTES  # and nothing of it is left behind


def _fail(message: str) -> None:
    raise ValueError(message)
