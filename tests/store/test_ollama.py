"""Ollama's models are named as Ollama names them, and its files are only read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.errors import BadDataError, NoInputError
from tpop_cli.store.models import find_model, list_models
from tpop_cli.store.ollama import ollama_models

from ..model_stores import MODEL, ollama_model, put

LIBRARY = "registry.ollama.ai/library"


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path / "ollama"))
    return tmp_path / "ollama"


def test_models_are_named_as_ollama_names_them(folder: Path) -> None:
    blob = ollama_model(folder, f"{LIBRARY}/llama3.2/latest")
    ollama_model(folder, f"{LIBRARY}/llama3.2/1b-instruct-q4_K_M")
    ollama_model(folder, "registry.ollama.ai/someone/model/v2")
    ollama_model(folder, "hf.co/org/repo-GGUF/Q4_K_M")
    assert {model.name for model in ollama_models()} == {
        "ollama:llama3.2",
        "ollama:llama3.2:1b-instruct-q4_K_M",
        "ollama:someone/model:v2",
        "ollama:hf.co/org/repo-GGUF:Q4_K_M",
    }
    assert {model.origin for model in ollama_models()} == {"Ollama"}
    for name in ("ollama:llama3.2", "ollama:llama3.2:latest", "ollama:Llama3.2", "Ollama:llama3.2"):
        assert find_model(name) == blob


def test_the_users_own_folder_is_read(home: Path) -> None:
    blob = ollama_model(home.parent / "user" / ".ollama" / "models", f"{LIBRARY}/x/latest")
    assert find_model("ollama:x") == blob


def test_a_blob_in_the_old_form_is_found(folder: Path) -> None:
    new = ollama_model(folder, f"{LIBRARY}/x/latest", None)
    old = put(new.with_name(new.name.replace("-", ":")))
    assert find_model("ollama:x") == old


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b'{"layers": [',
        b"[" * 100_000,
        b"null",
        b'"text"',
        b"[[1]]",
        b"\xff\xfe\x00",
        b'{"layers": null}',
        b'{"layers": [1, null, {}, {"mediaType": 1, "digest": 2}]}',
        json.dumps({"layers": [{"mediaType": MODEL}]}).encode(),
        json.dumps({"layers": [{"mediaType": MODEL, "digest": "sha256:../../x"}]}).encode(),
        json.dumps({"layers": [{"mediaType": MODEL, "digest": "sha256:aa"}] * 2}).encode(),
        json.dumps({"layers": [{"mediaType": MODEL, "digest": "sha256:" + "b" * 64}]}).encode(),
    ],
)
def test_a_broken_manifest_spoils_no_list(manifest: bytes, folder: Path) -> None:
    ollama_model(folder, f"{LIBRARY}/good/latest")
    put(folder / "manifests" / LIBRARY / "bad" / "latest", manifest)
    found = {model.name: model.problem for model in ollama_models()}
    assert found.keys() == {"ollama:good", "ollama:bad"}
    assert found["ollama:bad"] and not found["ollama:good"]
    with pytest.raises(BadDataError, match="ollama:bad ") as caught:
        find_model("ollama:bad")
    assert "\n" not in caught.value.message and caught.value.hint


def test_what_is_no_manifest_is_passed_over(folder: Path) -> None:
    put(folder / "manifests" / LIBRARY / "x" / ".DS_Store")
    (folder / "manifests" / "loop").symlink_to(folder / "manifests")
    (folder / "manifests" / LIBRARY / "x" / "folder").mkdir()
    assert ollama_models() == []


def test_an_adapter_is_said_to_be_ollamas(folder: Path) -> None:
    layers = [
        {"mediaType": MODEL, "digest": "sha256:" + "a" * 64},
        {"mediaType": MODEL.replace("model", "adapter"), "digest": "sha256:" + "b" * 64},
    ]
    put(folder / "manifests" / LIBRARY / "x" / "latest", json.dumps({"layers": layers}))
    put(folder / "blobs" / f"sha256-{'a' * 64}")
    with pytest.raises(BadDataError, match="has an adapter"):
        find_model("ollama:x")


def test_a_name_without_its_store_is_recognised(folder: Path) -> None:
    ollama_model(folder, f"{LIBRARY}/llama3.2/latest")
    with pytest.raises(NoInputError, match=r"no model named llama3\.2") as caught:
        find_model("llama3.2")
    assert caught.value.hint == "did you mean ollama:llama3.2?"
    with pytest.raises(NoInputError, match="no model named ollama:other"):
        find_model("ollama:other")


def test_the_list_has_them_after_the_own_models(folder: Path, home: Path) -> None:
    ollama_model(folder, f"{LIBRARY}/x/latest")
    put(home / "data" / "models" / "own.gguf")
    names = [model.name for model in list_models()]
    assert names.index("own") < names.index("ollama:x")
