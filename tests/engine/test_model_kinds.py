"""Files that are no chat models are named as what they are."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest

from tpop_cli.engine.gguf import read_header
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.model_kinds import check_chat_model, for_ollama_only, other_kind
from tpop_cli.errors import BadDataError

from ..faults.table import ODD_FILES
from ..tiny import write_tiny_gemma3


def write_header(path: Path, architecture: str | None, **values: int | bool | str) -> Path:
    """Write a GGUF file without tensors. `__` in a key stands for a dot."""
    writer = gguf.GGUFWriter(path, architecture or "none")
    if architecture is None:
        writer.kv_data[0].clear()
    for name, value in values.items():
        key = name.replace("__", ".")
        if isinstance(value, bool):
            writer.add_bool(key, value)
        elif isinstance(value, int):
            writer.add_uint32(key, value)
        else:
            writer.add_string(key, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


@ODD_FILES.shown
@pytest.mark.parametrize(
    ("architecture", "values", "kind"),
    [
        ("clip", {}, "a projector"),
        ("llama", {"general__type": "mmproj"}, "a projector"),
        ("llama", {"general__type": "adapter"}, "a LoRA adapter"),
        ("bert", {}, "an embedding model"),
        ("nomic-bert", {"nomic-bert__pooling_type": 1}, "an embedding model"),
        ("qwen3", {"qwen3__pooling_type": 3}, "an embedding model"),
        ("llama", {"llama__attention__causal": False}, "an embedding model"),
        ("qwen3", {"qwen3__pooling_type": 4}, "a reranking model"),
        ("llama", {"tokenizer__ggml__model": "gpt2"}, "a vocabulary without weights"),
    ],
)
def test_another_kind_of_model_is_refused_by_name(
    architecture: str, values: dict[str, int | bool | str], kind: str, tmp_path: Path
) -> None:
    path = write_header(tmp_path / "x.gguf", architecture, **values)
    with pytest.raises(BadDataError, match=rf"x\.gguf is {kind}.*, not a chat model") as caught:
        LlamaEngine(path)
    assert caught.value.hint == "list the models: tpop models list"


@ODD_FILES.shown
def test_a_projector_is_known_by_its_name(tmp_path: Path) -> None:
    path = write_header(tmp_path / "mmproj-model-f16.gguf", "llama")
    assert other_kind(read_header(path)).startswith("a projector")


def test_a_chat_model_is_accepted(tiny_path: Path) -> None:
    check_chat_model(read_header(tiny_path))


@ODD_FILES.shown
def test_a_later_part_names_the_first_one(tmp_path: Path) -> None:
    path = write_header(tmp_path / "big-00002-of-00003.gguf", None, split__no=1, split__count=3)
    with pytest.raises(BadDataError, match="part 2 of a model in 3 parts") as caught:
        read_header(path)
    assert "big-00001-of-00003.gguf" in caught.value.hint
    first = write_header(tmp_path / "big-00001-of-00003.gguf", "llama", split__no=0, split__count=3)
    assert read_header(first).architecture == "llama"


@ODD_FILES.shown
@pytest.mark.parametrize("odd", ["architecture", "vision", "mtp", "rope", "epsilon"])
def test_a_blob_for_ollamas_own_engine_is_refused_by_name(odd: str, tmp_path: Path) -> None:
    path = tmp_path / "sha256-abc"
    architecture = {"architecture": "gptoss", "epsilon": "gemma3"}.get(odd, "qwen35")
    writer = gguf.GGUFWriter(path, architecture)
    if odd == "rope":
        writer.add_array("qwen35.rope.dimension_sections", [11, 11, 10])
    if odd != "epsilon":
        writer.add_layer_norm_rms_eps(1e-6)
    name = {"vision": "v.blk.0.attn_k.weight", "mtp": "mtp.fc.weight"}.get(odd, "output.weight")
    writer.add_tensor(name, np.zeros((32, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(BadDataError, match="for Ollama's own engine") as caught:
        LlamaEngine(path)
    assert "tpop models suggest" in caught.value.hint


def test_models_for_llama_cpp_are_not_taken_for_ollamas(tiny_path: Path, tmp_path: Path) -> None:
    assert not for_ollama_only(read_header(tiny_path))
    assert not for_ollama_only(read_header(write_tiny_gemma3(tmp_path / "g.gguf", window=64)))
