"""Broken model files are named before llama.cpp sees them."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import psutil
import pytest

from tpop_cli.engine.gguf import fingerprint, read_header
from tpop_cli.engine.limits import BYTES, limited
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import MAX_CTX, LoadOptions
from tpop_cli.errors import BadDataError, NoInputError, UsageError

from ..tiny import write_tiny_gguf


def test_the_header_of_the_tiny_model(tiny_path: Path) -> None:
    header = read_header(tiny_path)
    assert (header.architecture, header.name, header.quantization) == ("llama", "tiny", "F32")
    assert header.number("block_count") == 2
    assert "im_start" in str(header.metadata["tokenizer.chat_template"])


def test_the_header_of_the_starter_model(starter_path: Path) -> None:
    header = read_header(starter_path)
    assert header.quantization == "Q4_1"
    assert header.number("context_length") == 8192


BROKEN = {
    "empty": (b"", "empty"),
    "html": (b"<!DOCTYPE html><html>404</html>", "magic"),
    "magic only": (b"GGUF", "past the end"),
    "version 0": (b"GGUF" + struct.pack("<IQQ", 0, 0, 0), "version 0"),
    "version 1": (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1"),
    "version 99": (b"GGUF" + struct.pack("<IQQ", 99, 0, 0), "version 99"),
    "big endian": (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "version"),
    "2^62 tensors": (b"GGUF" + struct.pack("<IQQ", 3, 1 << 62, 0), "more entries"),
    "2^62 pairs": (b"GGUF" + struct.pack("<IQQ", 3, 0, 1 << 62), "more entries"),
    "huge key": (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 40), "past the end"),
    "no architecture": (b"GGUF" + struct.pack("<IQQ", 3, 0, 0), "architecture"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_are_named(tmp_path: Path, kind: str) -> None:
    content, reason = BROKEN[kind]
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    with pytest.raises(BadDataError, match=reason):
        LlamaEngine(path)


def test_a_truncated_header_is_named(tiny_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny_path.read_bytes()[:300])
    with pytest.raises(BadDataError, match=r"cut\.gguf"):
        read_header(path)


def test_a_file_without_its_tensors_is_refused(tiny_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(tiny_path.read_bytes()[:-4000])
    with pytest.raises(BadDataError, match="could not load"):
        LlamaEngine(path)


def test_absurd_layer_counts_never_reach_llama_cpp(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "deep.gguf", block_count=100_000)
    with pytest.raises(BadDataError, match="100000 layers"):
        LlamaEngine(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="No such file"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(BadDataError, match="folder"):
        read_header(tmp_path)


def test_without_a_template_one_must_be_named(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "base.gguf", template=None)
    with pytest.raises(UsageError, match="no chat template") as caught:
        LlamaEngine(path)
    assert "--chat-template chatml" in caught.value.hint
    with (
        LlamaEngine(path, LoadOptions(chat_template="chatml")) as named,
        LlamaEngine(write_tiny_gguf(tmp_path / "chat.gguf")) as own,
    ):
        messages = [{"role": "user", "content": "hi"}]
        assert named.chat_tokens(messages) == own.chat_tokens(messages)
    with LlamaEngine(path, LoadOptions(chat_template="raw")) as raw:
        assert b"".join(map(raw.piece, raw.chat_tokens([{"role": "user", "content": "hi"}]))) == b"hi\n\n"
    with pytest.raises(UsageError, match="no chat template named"):
        LlamaEngine(path, LoadOptions(chat_template="nonsense"))


def test_a_broken_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="template has an error"):
        LlamaEngine(write_tiny_gguf(tmp_path / "bad.gguf", template="{% for %}"))
    refusing = write_tiny_gguf(tmp_path / "no.gguf", template="{{ raise_exception('not today') }}")
    with LlamaEngine(refusing) as engine, pytest.raises(BadDataError, match="not today"):
        engine.chat_tokens([{"role": "user", "content": "hi"}])


def test_templates_cannot_reach_python(tmp_path: Path) -> None:
    attack = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    with LlamaEngine(write_tiny_gguf(tmp_path / "evil.gguf", template=attack)) as engine, pytest.raises(BadDataError):
        engine.chat_tokens([{"role": "user", "content": "hi"}])


def test_the_fingerprint_changes_with_the_file(tiny_path: Path, tmp_path: Path) -> None:
    data = bytearray(tiny_path.read_bytes())
    data[-1] ^= 1
    (tmp_path / "other.gguf").write_bytes(data)
    assert fingerprint(tiny_path) != fingerprint(tmp_path / "other.gguf")
    assert fingerprint(tiny_path) == fingerprint(tiny_path)


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 9999999999 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ 'a'|center(9999999999) }}",
        "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    ],
)
def test_a_template_that_takes_too_much_is_stopped(template: str, tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "hungry.gguf", template=template)
    start = time.monotonic()
    with LlamaEngine(path) as engine, pytest.raises(BadDataError, match="more than") as caught:
        engine.chat_tokens([{"role": "user", "content": "hello"}])
    assert time.monotonic() - start < 10
    assert "--chat-template" in caught.value.hint


def test_limits_let_other_things_through() -> None:
    assert limited(lambda: "a" * 1000) == "a" * 1000
    with pytest.raises(ValueError, match="as it was"):
        limited(lambda: _fail("as it was"))
    assert len("a" * (BYTES + 1)) > BYTES  # and nothing of it is left behind


def _fail(message: str) -> None:
    raise ValueError(message)


def test_a_context_that_memory_cannot_hold_is_refused_before_loading(starter_path: Path) -> None:
    options = LoadOptions(n_ctx=MAX_CTX, cache_type_k="f32", cache_type_v="f32")
    if psutil.virtual_memory().available > 50e9:
        pytest.skip("this machine holds any context of this model")
    start = time.monotonic()
    with pytest.raises(UsageError, match="GB are free"):
        LlamaEngine(starter_path, options)
    assert time.monotonic() - start < 2
