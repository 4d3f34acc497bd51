"""What a GGUF file is for: chat models can be loaded, other kinds are refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BadDataError

if TYPE_CHECKING:
    from .gguf import Header

_ENCODERS = {
    "bert",
    "eurobert",
    "gemma-embedding",
    "jina-bert-v2",
    "jina-bert-v3",
    "modern-bert",
    "neo-bert",
    "nomic-bert",
    "nomic-bert-moe",
    "t5encoder",
}
_RERANK = 4  # llama.cpp's LLAMA_POOLING_TYPE_RANK
_TYPES = {
    "adapter": "a LoRA adapter",
    "imatrix": "an importance matrix for quantization",
    "mmproj": "a projector for images or sound, which belongs to a model",
    "vocab": "a vocabulary without weights",
}
_OLLAMA_ONLY = {"deepseekocr", "glmocr", "gptoss", "mllama", "qwen25vl"}
"""What Ollama's own engine calls models that llama.cpp calls otherwise or does not know."""

_OLLAMA_TENSORS = ("v.", "mm.", "mtp.")
"""Parts that Ollama stores with the text model, and llama.cpp in files of their own."""


def other_kind(header: Header) -> str:
    """What a file is, if it is not a chat model; else an empty string."""
    metadata, architecture = header.metadata, header.architecture
    if architecture == "clip" or (header.path.name.startswith("mmproj") and not header.n_vocab):
        return _TYPES["mmproj"]
    kind = metadata.get("general.type")
    if isinstance(kind, str) and kind in _TYPES:
        return _TYPES[kind]
    if header.number("pooling_type") == _RERANK:
        return "a reranking model"
    if "tokenizer.ggml.model" in metadata and not header.tensors and "split.count" not in metadata:
        return _TYPES["vocab"]
    causal = metadata.get(f"{architecture}.attention.causal", True)
    if architecture in _ENCODERS or causal is False or header.number("pooling_type"):
        return "an embedding model"
    return ""


def for_ollama_only(header: Header) -> bool:
    """Whether a file is written for Ollama's own engine, so that llama.cpp would not load it.

    Ollama names some architectures, tensors and keys in its own way. False if in doubt: llama.cpp
    itself then says what is wrong.
    """
    metadata, architecture = header.metadata, header.architecture
    sections = metadata.get(f"{architecture}.rope.dimension_sections")
    epsilon = f"{architecture}.attention.layer_norm_rms_epsilon"
    return (
        architecture in _OLLAMA_ONLY
        or any(name.startswith(_OLLAMA_TENSORS) for name in header.tensors)
        or (isinstance(sections, list) and len(sections) == 3)  # llama.cpp wants four
        or (
            architecture in ("gemma3", "gemma3n")
            and bool(header.tensors)
            and epsilon not in metadata
        )
    )


def check_chat_model(header: Header) -> None:
    """Raise BadDataError if a file is not a chat model that llama.cpp can load."""
    kind = other_kind(header)
    if kind:
        raise BadDataError(
            f"{header.path.name} is {kind}, not a chat model", "list the models: tpop models list"
        )
    if for_ollama_only(header):
        raise BadDataError(
            f"{header.path.name} is written for Ollama's own engine; llama.cpp cannot load it",
            "get the model from Hugging Face instead: tpop models suggest",
        )
