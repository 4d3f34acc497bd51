"""Imports point down only, and heavy things are imported only where they are needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tpop_cli

ROOT = Path(tpop_cli.__file__).parent

# What each room may import of the package, besides itself. engine and store do not know each other.
ALLOWED = {
    "errors": set(),
    "settings": {"errors"},
    "core": {"errors"},
    "engine": {"core", "settings", "errors"},
    "store": {"core", "settings", "errors"},
    "decoding": {"engine", "core", "settings", "errors"},
    "session": {"decoding", "engine", "store", "core", "settings", "errors"},
    "ui": {"core", "settings", "errors"},
    "bench": {"ui", "session", "decoding", "engine", "store", "core", "settings", "errors"},
    "data": set(),
    "__init__": set(),
}
ALLOWED["cli"] = set(ALLOWED) - {"data"}
ALLOWED["__main__"] = {"cli"}
FILES = sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of the package that a file imports, wherever in the file it does."""
    package = ["tpop_cli", *path.relative_to(ROOT).parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *(node.module or "").split(".")] if node.module else base
            names = [[*module, alias.name] for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        else:
            continue
        found |= {name[1] for name in names if name[0] == "tpop_cli" and len(name) > 1}
    return {name for name in found if name in ALLOWED}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    assert imported_rooms(path) <= ALLOWED[room(path)] | {room(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_engine_imports_llama_cpp(path: Path) -> None:
    if room(path) != "engine":
        assert "import llama_cpp" not in path.read_text("utf-8")
        assert "from llama_cpp" not in path.read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--version"], ["numpy", "llama_cpp", "typer", "rich"]),
        (["--help"], ["numpy", "llama_cpp", "prompt_toolkit", "tomlkit"]),
        (["ask", "--help"], ["numpy", "llama_cpp"]),
    ],
)
def test_start_up_imports_nothing_heavy(arguments: list[str], heavy: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['tpop', *{arguments!r}]\n"
        "from tpop_cli.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as e: assert not e.code\n"
        f"print('LOADED', [m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"
