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
    causal = metadata.get(f"{architecture}.attention.causal", True)
    if architecture in _ENCODERS or causal is False or header.number("pooling_type"):
        return "an embedding model"
    return ""


def check_chat_model(header: Header) -> None:
    """Raise BadDataError if a file is not a chat model."""
    kind = other_kind(header)
    if kind:
        raise BadDataError(
            f"{header.path.name} is {kind}, not a chat model", "list the models: tpop models list"
        )
