"""Writes what other programs keep on disk: the stores of Ollama, LM Studio and so on."""

from __future__ import annotations

import json
from pathlib import Path

import gguf

MODEL = "application/vnd.ollama.image.model"
DIGEST = "a" * 64


def put(path: Path, data: bytes | str = b"x") -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def ollama_model(
    folder: Path, name: str, data: bytes | None = b"x", digest: str = DIGEST, kind: str = MODEL
) -> Path:
    """Write a manifest, HOST/NAMESPACE/MODEL/TAG, and its blob. Returns the blob's path."""
    layers = [{"mediaType": kind, "digest": f"sha256:{digest}", "size": 1}]
    put(folder / "manifests" / name, json.dumps({"schemaVersion": 2, "layers": layers}))
    blob = folder / "blobs" / f"sha256-{digest}"
    return blob if data is None else put(blob, data)


def jan_model(folder: Path, name: str, data: bytes = b"x") -> Path:
    """Write a model of Jan. Returns its file."""
    inner = f"llamacpp/models/{name}/model.gguf"
    put(folder / "llamacpp" / "models" / name / "model.yml", f"name: x\nmodel_path: {inner}\n")
    return put(folder / inner, data)


def hub_model(
    folder: Path, repo: str, file: str, data: bytes = b"x", revision: str = "abc"
) -> Path:
    """Write a file into a cache of Hugging Face, as a link to a blob. Returns the link."""
    root = folder / f"models--{repo.replace('/', '--')}"
    put(root / "refs" / "main", revision)
    blob = put(root / "blobs" / f"{abs(hash(file))}", data)
    link = root / "snapshots" / revision / file
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(blob)
    return link


def split_gguf(path: Path, folder: Path, name: str, parts: int = 3) -> list[Path]:
    """Write a GGUF file again as several, as llama.cpp's llama-gguf-split does."""
    reader = gguf.GGUFReader(path)
    n_tensors = len(reader.tensors)
    per_part = -(-n_tensors // parts)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for part in range(parts):
        target = folder / f"{name}-{part + 1:05}-of-{parts:05}.gguf"
        writer = gguf.GGUFWriter(target, "llama")
        if part:
            writer.kv_data[0].clear()
        else:
            _copy_metadata(reader, writer)
        writer.add_uint16("split.no", part)
        writer.add_uint16("split.count", parts)
        writer.add_int32("split.tensors.count", n_tensors)
        for tensor in reader.tensors[part * per_part : (part + 1) * per_part]:
            writer.add_tensor(tensor.name, tensor.data)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        written.append(target)
    return written


def _copy_metadata(reader: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for field in reader.fields.values():
        if not field.name.startswith("GGUF.") and field.name != "general.architecture":
            sub = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=sub)
