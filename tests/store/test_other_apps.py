"""The models of LM Studio, llama.cpp, GPT4All and Jan are found where they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.errors import BadDataError
from tpop_cli.store.models import find_model, list_models, list_other_models

from ..model_stores import hub_model, jan_model, put


@pytest.fixture
def user(home: Path) -> Path:
    """The user's home folder."""
    return home.parent / "user"


def names() -> list[str]:
    return [model.name for model in list_other_models()]


def test_lm_studio_names_a_model_by_its_folder(user: Path) -> None:
    folder = user / ".lmstudio" / "models"
    one = put(folder / "maker" / "model-GGUF" / "model-Q4_K_M.gguf")
    put(folder / "maker" / "model-GGUF" / "mmproj-model.gguf")
    small = put(folder / "maker" / "two" / "two-Q4_K_M.gguf")
    put(folder / "maker" / "two" / "two-Q8_0.gguf")
    assert names() == [
        "lmstudio:maker/model-GGUF",
        "lmstudio:maker/two/two-Q4_K_M",
        "lmstudio:maker/two/two-Q8_0",
    ]
    for name in ("maker/model-GGUF", "maker/model-GGUF/model-Q4_K_M.gguf", "Maker/model-gguf"):
        assert find_model(f"lmstudio:{name}") == one
    assert find_model("lmstudio:maker/two/two-Q4_K_M.gguf") == small


@pytest.mark.parametrize("way", ["variable", "pointer", "settings", "old"])
def test_lm_studio_is_found_where_it_was_moved(
    way: str, user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "moved"
    put(folder / "models" / "maker" / "model" / "x.gguf")
    if way == "variable":
        monkeypatch.setenv("LMSTUDIO_HOME", str(folder))
    elif way == "pointer":
        put(user / ".lmstudio-home-pointer", f"{folder}\n")
    elif way == "settings":
        chosen = {"downloadsFolder": str(folder / "models")}
        put(user / ".lmstudio" / "settings.json", json.dumps(chosen))
    else:
        (user / ".cache").mkdir(parents=True)
        (user / ".cache" / "lm-studio").symlink_to(folder)
    assert names() == ["lmstudio:maker/model"]


def test_a_model_in_parts_is_one_by_any_name(user: Path) -> None:
    folder = user / ".lmstudio" / "models" / "maker" / "big"
    first = put(folder / "big-00001-of-00002.gguf")
    put(folder / "big-00002-of-00002.gguf")
    assert names() == ["lmstudio:maker/big"]
    for file in ("", "/big", "/big-00002-of-00002.gguf", "/big-00001-of-00002"):
        assert find_model(f"lmstudio:maker/big{file}") == first


def test_gpt4all_names_a_model_by_its_file(user: Path, tmp_path: Path) -> None:
    path = put(user / ".local" / "share" / "nomic.ai" / "GPT4All" / "Llama-3-8B.Q4_0.gguf")
    put(tmp_path / "elsewhere" / "x.gguf")
    settings = f"[General]\nmodelPath={tmp_path / 'elsewhere'}\n"
    put(user / ".config" / "nomic.ai" / "GPT4All.ini", settings)
    assert names() == ["gpt4all:Llama-3-8B.Q4_0", "gpt4all:x"]
    assert find_model("gpt4all:Llama-3-8B.Q4_0.gguf") == path


def test_jan_names_a_model_by_its_id(user: Path) -> None:
    data = user / ".local" / "share" / "Jan" / "data"
    path = jan_model(data, "janhq/Jan-v1-4B")
    put(data / "llamacpp" / "models" / "odd" / "model.yml", b"\xff\x00: [")
    put(data / "llamacpp" / "models" / "gone" / "model.yml", "model_path: llamacpp/x.gguf\n")
    found = {model.name: model.problem for model in list_other_models()}
    assert found.keys() == {"jan:janhq/Jan-v1-4B", "jan:odd", "jan:gone"}
    assert not found["jan:janhq/Jan-v1-4B"]
    assert find_model("jan:janhq/Jan-v1-4B") == path
    for name, said in (("jan:odd", "names no file"), ("jan:gone", "a missing file")):
        with pytest.raises(BadDataError, match=said):
            find_model(name)


def test_what_llama_cpp_downloaded_has_the_name_of_its_repository(user: Path) -> None:
    folder = user / ".cache" / "llama.cpp"
    one = put(folder / "ggml-org_gemma-3_x-GGUF_gemma-3-Q4_K_M.gguf")
    manifest = {"ggufFile": {"rfilename": "gemma-3-Q4_K_M.gguf"}, "mmprojFile": None}
    put(folder / "manifest=ggml-org=gemma-3_x-GGUF=latest.json", json.dumps(manifest))
    two = put(folder / "org_repo_y.gguf")
    put(
        folder / "org_repo_y.gguf.json",
        json.dumps({"url": "https://hub.example/org/repo/resolve/main/sub/y.gguf"}),
    )
    put(folder / "unknown.gguf")
    put(folder / "manifest=a=b=c.json", "[1")
    assert names() == [
        "hf:ggml-org/gemma-3_x-GGUF:Q4_K_M",
        "hf:org/repo/sub/y.gguf",
        "llama.cpp:unknown",
    ]
    for tail in ("", ":Q4_K_M", ":q4_k_m", ":latest", "/gemma-3-Q4_K_M.gguf"):
        assert find_model(f"hf:ggml-org/gemma-3_x-GGUF{tail}", fetch=False) == one
    assert find_model("hf:org/repo", fetch=False) == two


def test_a_cache_of_llama_cpp_may_be_like_hugging_faces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLAMA_CACHE", str(tmp_path / "cache"))
    path = hub_model(tmp_path / "cache", "org/repo", "x-Q8_0.gguf")
    assert names() == ["hf:org/repo:Q8_0"]
    assert find_model("hf:org/repo", fetch=False) == path


def test_odd_folders_are_passed_over(user: Path) -> None:
    folder = user / ".lmstudio" / "models"
    put(folder / "maker" / "model" / "x.gguf")
    (folder / "maker" / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "maker" / "model" / "folder.gguf").mkdir()
    put(folder / "maker" / "model" / "._x.gguf")
    put(user / ".lmstudio" / "settings.json", "[" * 100_000)
    put(user / ".lmstudio-home-pointer", b"\x00\xff")
    put(user / ".local" / "share" / "Jan" / "data")
    assert names() == ["lmstudio:maker/model"]


@pytest.mark.parametrize(
    "value", ["~nobody-here/x", "/proc/self/mem", ".", "/dev/null", "x" * 5000]
)
def test_odd_variables_are_passed_over(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for name in ("OLLAMA_MODELS", "LMSTUDIO_HOME", "HF_HUB_CACHE", "HF_HOME", "LLAMA_CACHE"):
        monkeypatch.setenv(name, value)
    assert not names()
    list_models()


def test_nothing_is_changed_in_a_store(user: Path) -> None:
    put(user / ".lmstudio" / "models" / "maker" / "model" / "x.gguf")
    jan_model(user / ".local" / "share" / "Jan" / "data", "x")
    before = sorted((path, path.stat().st_mtime_ns) for path in user.rglob("*"))
    names()
    assert sorted((path, path.stat().st_mtime_ns) for path in user.rglob("*")) == before
