"""The header of a GGUF file and its fingerprint."""

from __future__ import annotations

from pathlib import Path

from tpop_cli.engine.gguf import fingerprint, read_header


def test_reads_the_header_of_the_tiny_model(tiny_path: Path) -> None:
    header = read_header(tiny_path)
    assert (header.architecture, header.name, header.quantization) == ("llama", "tiny", "F32")
    assert header.number("block_count") == 2
    assert "im_start" in str(header.metadata["tokenizer.chat_template"])


def test_reads_the_header_of_the_starter_model(starter_path: Path) -> None:
    header = read_header(starter_path)
    assert header.quantization == "Q4_1"
    assert header.number("context_length") == 8192


def test_the_fingerprint_changes_with_the_file(tiny_path: Path, tmp_path: Path) -> None:
    data = bytearray(tiny_path.read_bytes())
    data[-1] ^= 1
    (tmp_path / "other.gguf").write_bytes(data)
    assert fingerprint(tiny_path) != fingerprint(tmp_path / "other.gguf")
    assert fingerprint(tiny_path) == fingerprint(tiny_path)
