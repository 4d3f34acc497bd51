"""tpop models: the models of other programs are listed, used by their names, and left alone."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tpop_cli.cli import model_rows
from tpop_cli.cli.completion import complete_model
from tpop_cli.store.models import find_model, list_models

from ...engine.test_model_kinds import write_header
from ...faults.table import ODD_FILES
from ...model_stores import hub_model, jan_model, ollama_model, put, split_gguf
from ..running import run


@pytest.fixture
def user(home: Path, tiny_path: Path) -> Path:
    """A home folder with a model of each program."""
    user, data = home.parent / "user", tiny_path.read_bytes()
    library = "registry.ollama.ai/library"
    ollama_model(user / ".ollama" / "models", f"{library}/llama3.2/latest", data)
    put(user / ".lmstudio" / "models" / "maker" / "model" / "x.gguf", data)
    put(user / ".local" / "share" / "nomic.ai" / "GPT4All" / "x.gguf", data)
    jan_model(user / ".local" / "share" / "Jan" / "data", "x", data)
    put(user / ".cache" / "llama.cpp" / "x.gguf", data)
    hub_model(user / ".cache" / "huggingface" / "hub", "org/repo", "x-Q8_0.gguf", data)
    return user


NAMES = {
    "ollama:llama3.2": "Ollama",
    "lmstudio:maker/model": "LM Studio",
    "gpt4all:x": "GPT4All",
    "jan:x": "Jan",
    "llama.cpp:x": "llama.cpp",
    "hf:org/repo:Q8_0": "hub",
}


def listed() -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}


def test_models_of_other_programs_are_listed_and_used(user: Path) -> None:
    before = sorted(user.rglob("*"))
    rows = listed()
    assert {name: row["origin"] for name, row in rows.items() if name != "smollm2"} == NAMES
    assert all(row["fits"] is True for row in rows.values())
    for name in NAMES:
        assert json.loads(run("models", "show", name, "--json").stdout)["architecture"] == "llama"
    run("models", "use", "ollama:llama3.2")
    assert listed()["ollama:llama3.2"]["in_use"] is True
    assert run("ask", "x", "-n", "4", "--seed", "1").stdout
    model = json.loads(run("doctor", "--model", "jan:x", "--json").stdout)["model"]
    assert model["path"].endswith("model.gguf")
    assert sorted(user.rglob("*")) == before


@pytest.mark.parametrize("name", NAMES)
def test_models_of_other_programs_are_not_removed(name: str, user: Path) -> None:
    before = sorted(user.rglob("*"))
    errors = run("models", "remove", name, "--yes", code=2).stderr.splitlines()
    assert "tpop deletes nothing there" in errors[0] and errors[1].startswith("hint: ")
    assert sorted(user.rglob("*")) == before


def test_the_shell_completes_them(user: Path) -> None:
    assert complete_model("olla") == ["ollama:llama3.2"]


@ODD_FILES.shown
def test_what_only_ollama_can_load_is_shown_as_such(user: Path, tmp_path: Path) -> None:
    data = write_header(tmp_path / "x", "gptoss").read_bytes()
    name = "registry.ollama.ai/library/gpt-oss/20b"
    ollama_model(user / ".ollama" / "models", name, data, digest="b" * 64)
    row = listed()["ollama:gpt-oss:20b"]
    assert row["quantization"] == "only Ollama's own engine can load it" and row["fits"] is None
    assert "for Ollama's own engine" in run("models", "use", "ollama:gpt-oss:20b", code=65).stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="folders need to be unreadable")
def test_a_folder_that_cannot_be_read_is_passed_over(user: Path) -> None:
    folder = user / ".ollama" / "models" / "blobs"
    folder.chmod(0)
    try:
        assert "lmstudio:maker/model" in listed()
    finally:
        folder.chmod(0o700)


@ODD_FILES.shown
def test_a_model_in_parts_is_one(home: Path, tiny_path: Path) -> None:
    folder = home / "data" / "models"
    parts = split_gguf(tiny_path, folder, "big")
    row = listed()["big-00001-of-00003"]
    assert row["size"] == sum(part.stat().st_size for part in parts) and row["fits"] is True
    assert "big-00002-of-00003" not in listed()
    for name in ("big", "big-00002-of-00003", "big-00003-of-00003.gguf", str(parts[2])):
        assert run("ask", "x", "-n", "4", "--seed", "1", "-m", name).stdout
    told = run("ask", "x", "-n", "4", "--seed", "1", "-m", str(parts[1])).stderr
    assert "is part 2 of a model; big-00001-of-00003.gguf loads all parts" in told
    parts[1].rename(folder / "away")
    assert "part 2 of 3 is missing" in str(listed()["big-00001-of-00003"]["quantization"])
    assert "part 2 of 3 is missing" in run("ask", "x", "-m", "big", code=65).stderr
    (folder / "away").rename(parts[1])
    run("models", "remove", "big", "--yes")
    assert not any(part.exists() for part in parts)


def test_a_hundred_models_are_listed_quickly(home: Path, tiny_path: Path) -> None:
    user, data = home.parent / "user", tiny_path.read_bytes()
    for n in range(100):
        digest = f"{n:064x}"
        name = f"registry.ollama.ai/library/model{n}/latest"
        ollama_model(user / ".ollama" / "models", name, data, digest)
    start = time.process_time()
    rows = model_rows.model_rows(list_models(), None)
    assert len(rows) >= 100 and time.process_time() - start < 1
    start = time.process_time()
    find_model("ollama:model50")
    assert time.process_time() - start < 0.2


def test_headers_are_not_read_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(home / "data" / "models" / "x.gguf", "<html>")
    monkeypatch.setattr(model_rows, "_WORTH_SAVING", -1.0)
    first = model_rows.model_rows(list_models(), None)
    monkeypatch.setattr(model_rows, "_facts", lambda _: pytest.fail("a header was read again"))
    again = model_rows.model_rows(list_models(), None)
    for row in (*first, *again):
        row["fits"] = None  # free memory changes
    assert again == first
    monkeypatch.undo()


@pytest.mark.parametrize("saved", [b"", b"[1]", b'{"version": 1}', b"[" * 100_000, b"\xff"])
def test_broken_knowledge_of_headers_is_no_matter(saved: bytes, home: Path) -> None:
    put(home / "data" / "listed.json", saved)
    assert listed()["smollm2"]["quantization"]
