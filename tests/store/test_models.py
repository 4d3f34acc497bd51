"""Models are found by name, by path or by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.errors import NoInputError
from tpop_cli.store import models
from tpop_cli.store.models import find_model, list_models, starter_model


def test_models_are_found_by_name_path_and_default(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "data" / "models" / "sub"
    folder.mkdir(parents=True)
    mine = folder / "mine.gguf"
    mine.write_bytes(b"x")
    (folder / "notes.txt").write_text("no model")
    monkeypatch.chdir(tmp_path)
    Path("here.gguf").write_bytes(b"x")
    assert [(one.name, one.origin) for one in list_models() if one.origin != "starter"] == [
        ("sub/mine", "models folder")
    ]
    assert find_model("sub/mine") == find_model("sub/mine.gguf") == mine
    assert find_model("here.gguf") == Path("here.gguf")
    assert find_model() == starter_model() == find_model("smollm2")
    monkeypatch.setenv("TPOP_MODEL", "sub/mine")
    assert find_model() == mine
    for name, said in (
        ("none.gguf", "there is no file none.gguf"),
        ("none", "there is no model named none"),
    ):
        with pytest.raises(NoInputError, match=said) as caught:
            find_model(name)
        assert caught.value.hint == "list the models: tpop models list"


def test_without_any_model_the_hint_names_three_ways_to_get_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(models, "_STARTER_PACKAGE", "a_package_that_is_not_there")
    assert starter_model() is None
    assert list_models() == []
    with pytest.raises(NoInputError, match="no model was found") as caught:
        find_model()
    assert caught.value.hint == models.NO_MODEL_HINT
    with pytest.raises(NoInputError, match="the starter model is not installed"):
        find_model("smollm2")


def test_a_missing_hub_model_is_not_fetched_unless_asked() -> None:
    with pytest.raises(NoInputError, match=r"hf:org/repo/x\.gguf is not downloaded") as caught:
        find_model("hf:org/repo/x.gguf", fetch=False)
    assert caught.value.hint == "tpop models pull hf:org/repo/x.gguf"
