"""The models that Ollama holds: manifests name them, and blobs are their files. Only read."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from .model_files import FoundModel, expand, is_file, subfolders, unique, user_home

_DIGEST = re.compile(r"sha256[:-]([0-9a-fA-F]{1,128})")
_MODEL, _ADAPTER = "application/vnd.ollama.image.model", "application/vnd.ollama.image.adapter"
_MAX_MANIFEST = 1 << 22  # bytes
_HOST, _NAMESPACE, _TAG = "registry.ollama.ai", "library", "latest"
ORIGIN = "Ollama"


def ollama_models() -> list[FoundModel]:
    """Ollama's models, named as `ollama list` names them: `ollama:llama3.2`. Never raises."""
    found: list[FoundModel] = []
    for folder in _folders():
        manifests = folder / "manifests"
        for host in subfolders(manifests):
            for namespace in subfolders(host):
                for model in subfolders(namespace):
                    found += [_read(folder, manifest) for manifest in _manifests(model)]
    return unique(found)


def _folders() -> list[Path]:
    """Where Ollama keeps its models: for this user, and as a service of the system."""
    given = os.environ.get("OLLAMA_MODELS")
    return ([expand(given)] if given else []) + [
        user_home() / ".ollama" / "models",
        Path("/usr/share/ollama/.ollama/models"),
        Path("/var/lib/ollama/.ollama/models"),
        Path("/var/lib/ollama"),
    ]


def _manifests(folder: Path) -> list[Path]:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is needed
    except OSError:
        return []
    return [folder / name for name in names if not name.startswith(".") and is_file(folder / name)]


def _read(folder: Path, manifest: Path) -> FoundModel:
    """The model of a manifest: manifests/HOST/NAMESPACE/MODEL/TAG."""
    host, namespace, model, tag = manifest.parts[-4:]
    base = model
    if (host, namespace) != (_HOST, _NAMESPACE):
        base = f"{namespace}/{model}" if host == _HOST else f"{host}/{namespace}/{model}"
    full = f"ollama:{base}:{tag}"
    name = f"ollama:{base}" if tag == _TAG else full
    path, problem = _blob(folder, manifest)
    return FoundModel(name, path, ORIGIN, (full,), problem)


def _blob(folder: Path, manifest: Path) -> tuple[Path, str]:
    """The file of a manifest's model, and why it cannot be used, if so."""
    try:
        with manifest.open("rb") as file:
            layers = _layers(json.loads(file.read(_MAX_MANIFEST)))
    except OSError as error:
        return manifest, f"has a manifest that cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        return manifest, "has a manifest that is not valid JSON"
    models = [_DIGEST.fullmatch(digest) for kind, digest in layers if kind == _MODEL]
    if len(models) != 1:
        return manifest, "has no GGUF file of its own here: only Ollama runs it"
    if models[0] is None:
        return manifest, "has a manifest that names no file"
    path = folder / "blobs" / f"sha256-{models[0][1]}"
    older = path.with_name(f"sha256:{models[0][1]}")  # as early versions of Ollama named it
    path = older if not is_file(path) and is_file(older) else path
    return path, _lacking(path, layers)


def _lacking(path: Path, layers: list[tuple[str, str]]) -> str:
    if any(kind == _ADAPTER for kind, _ in layers):
        return "has an adapter, which only Ollama adds to it"
    return "" if is_file(path) else "is not completely downloaded, or its file cannot be read"


def _layers(body: Any) -> list[tuple[str, str]]:
    """(media type, digest) of each layer of a manifest; what is not as expected is left out."""
    layers = body.get("layers") if isinstance(body, dict) else None
    return [
        (str(layer.get("mediaType")), str(layer.get("digest")))
        for layer in (layers if isinstance(layers, list) else [])
        if isinstance(layer, dict)
    ]
