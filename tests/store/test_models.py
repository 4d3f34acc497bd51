"""Models are found by name, by path or by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.errors import NoInputError
from tpop_cli.store import hub, models
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
        ("~nobody-here/none.gguf", "there is no file ~nobody-here/none.gguf"),
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


def test_all_files_of_a_model_in_parts_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"hf:org/repo/x-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    cached = {names[1]: tmp_path / "2"}

    def pull(name: str) -> hub.PulledModel:
        cached[name] = tmp_path / name[-len("1-of-00003.gguf")]
        return hub.PulledModel(name, str(cached[name]), 1, "")

    monkeypatch.setattr(hub, "cached_file", cached.get)
    monkeypatch.setattr(hub, "pull", pull)
    with pytest.raises(NoInputError, match=r"x-00001-of-00003\.gguf is not downloaded"):
        find_model(names[0], fetch=False)
    assert find_model(names[0]) == tmp_path / "1"
    assert sorted(cached) == names


def test_only_the_first_of_several_parts_is_listed(home: Path) -> None:
    folder = home / "data" / "models"
    folder.mkdir(parents=True)
    for name in ("a-00001-of-00002", "a-00002-of-00002", "b-00002-of-00002"):
        (folder / f"{name}.gguf").write_bytes(b"x")
    listed = [model.name for model in list_models() if model.origin == "models folder"]
    assert listed == ["a-00001-of-00002", "b-00002-of-00002"]
