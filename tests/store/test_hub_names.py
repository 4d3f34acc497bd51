"""Names on Hugging Face: a repository is enough, and its file is chosen as llama.cpp does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.errors import NoInputError
from tpop_cli.store import hub_names
from tpop_cli.store.models import find_model, list_models

from ..model_stores import hub_model

FILES = [
    "README.md",
    "mmproj-model-Q8_0.gguf",
    "model-BF16.gguf",
    "model-Q2_K.gguf",
    "model-Q4_K_M.gguf",
    "model-Q8_0.gguf",
    "model-UD-Q4_K_XL.gguf",
    "Q6_K/model-Q6_K-00001-of-00002.gguf",
    "Q6_K/model-Q6_K-00002-of-00002.gguf",
    "imatrix.gguf",
]


@pytest.mark.parametrize(
    ("tag", "file"),
    [
        ("", "model-Q4_K_M.gguf"),
        ("Q4_K_M", "model-Q4_K_M.gguf"),
        ("q4_k_m", "model-Q4_K_M.gguf"),
        ("Q8_0", "model-Q8_0.gguf"),
        ("bf16", "model-BF16.gguf"),
        ("UD-Q4_K_XL", "model-UD-Q4_K_XL.gguf"),
        ("Q4_K_XL", "model-UD-Q4_K_XL.gguf"),
        ("Q6_K", "Q6_K/model-Q6_K-00001-of-00002.gguf"),
    ],
)
def test_a_quantization_names_a_file(tag: str, file: str) -> None:
    assert hub_names.choose_file("org/repo", FILES, tag) == file
    assert hub_names.choose_file("org/repo", reversed(FILES), tag) == file


def test_without_a_quantization_the_usual_ones_come_first() -> None:
    without = [file for file in FILES if "Q4_K_M" not in file]
    assert hub_names.choose_file("org/repo", without) == "model-Q8_0.gguf"
    assert hub_names.choose_file("org/repo", ["b-Q2_K.gguf", "a-IQ3_M.gguf"]) == "a-IQ3_M.gguf"
    assert hub_names.choose_file("org/repo", ["gpt-oss-20b-mxfp4.gguf"]) == "gpt-oss-20b-mxfp4.gguf"


def test_a_file_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(NoInputError, match="org/repo has no file for Q5_K_M") as caught:
        hub_names.choose_file("org/repo", FILES, "Q5_K_M")
    assert caught.value.hint == "it has BF16, Q2_K, Q4_K_M, Q6_K, Q8_0, UD-Q4_K_XL"
    with pytest.raises(NoInputError, match="org/repo has no GGUF file"):
        hub_names.choose_file("org/repo", ["model.safetensors", "mmproj-x.gguf"])


def test_a_repository_is_enough_for_what_is_in_the_cache(home: Path) -> None:
    cache = home.parent / "user" / ".cache" / "huggingface" / "hub"
    small = hub_model(cache, "org/repo", "model-Q2_K.gguf")
    assert find_model("hf:org/repo", fetch=False) == small
    large = hub_model(cache, "org/repo", "model-Q8_0.gguf")
    first = hub_model(cache, "org/repo", "big-Q6_K-00001-of-00002.gguf")
    hub_model(cache, "org/repo", "big-Q6_K-00002-of-00002.gguf")
    hub_model(cache, "org/repo", "mmproj-model-Q8_0.gguf")
    assert find_model("hf:org/repo", fetch=False) == large
    assert find_model("hf:org/repo:q2_k", fetch=False) == small
    for tail in (":Q6_K", "/big-Q6_K-00001-of-00002.gguf", "/big-Q6_K-00002-of-00002.gguf"):
        assert find_model(f"hf:org/repo{tail}", fetch=False) == first
    found = {model.name: model.origin for model in list_models() if model.origin != "starter"}
    assert found == dict.fromkeys(
        ["hf:org/repo:Q2_K", "hf:org/repo:Q6_K", "hf:org/repo:Q8_0"], "hub"
    )
    with pytest.raises(NoInputError, match="hf:org/repo:Q4_0 is not downloaded") as caught:
        find_model("hf:org/repo:Q4_0", fetch=False)
    assert caught.value.hint == "tpop models pull hf:org/repo:Q4_0"


def test_files_whose_quantization_is_not_clear_keep_their_names(home: Path) -> None:
    cache = home.parent / "user" / ".cache" / "huggingface" / "hub"
    for file in ("a-Q4_0.gguf", "b-Q4_0.gguf", "plain.gguf"):
        hub_model(cache, "org/repo", file)
    names = [model.name for model in list_models() if model.origin == "hub"]
    assert names == [f"hf:org/repo/{f}.gguf" for f in ("a-Q4_0", "b-Q4_0", "plain")]


def test_another_revision_than_main_is_found(home: Path) -> None:
    cache = home.parent / "user" / ".cache" / "huggingface" / "hub"
    path = hub_model(cache, "org/repo", "x-Q4_0.gguf")
    (cache / "models--org--repo" / "refs" / "main").unlink()
    assert find_model("hf:org/repo:Q4_0", fetch=False) == path
