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
}
ALLOWED["api"] = set(ALLOWED) - {"data", "ui", "bench"}
ALLOWED["cli"] = set(ALLOWED) - {"data", "api"}
ALLOWED["__init__"] = ALLOWED["api"] | {"api"}
ALLOWED["__main__"] = {"cli", "ui"}
FILES = sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imported_names(path: Path) -> set[tuple[str, ...]]:
    """The dotted names that a file imports from the package, wherever in the file it does."""
    package = ("tpop_cli", *path.relative_to(ROOT).parts[:-1])
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = (*base, *node.module.split(".")) if node.module else base
            found |= {(*module, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
    return {name[1:] for name in found if name[0] == "tpop_cli" and len(name) > 1}


def imported_rooms(path: Path) -> set[str]:
    """The rooms of the package that a file imports from."""
    return {name[0] for name in imported_names(path) if name[0] in ALLOWED}


def imported_files(path: Path) -> set[Path]:
    """The files of the package that a file imports, also those for type checking alone."""
    found = set()
    for name in imported_names(path):
        for parts in (name, name[:-1]):  # a module, or a name in a module
            file = ROOT.joinpath(*parts).with_suffix(".py")
            if parts and file.exists():
                found.add(file)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    assert imported_rooms(path) <= ALLOWED[room(path)] | {room(path)}


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {path: imported_files(path) for path in FILES}
    while True:  # remove what imports nothing or is imported by nothing, until circles are left
        imported = set().union(*left.values())
        circles = {path: files & set(left) for path, files in left.items() if path in imported}
        circles = {path: files for path, files in circles.items() if files}
        if circles == left:
            break
        left = circles
    assert {str(path.relative_to(ROOT)) for path in left} == set()


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
