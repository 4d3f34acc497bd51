"""Model files on disk: what a found model is, models in several files, and searching folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.gguf", re.DOTALL | re.IGNORECASE)
_MAX_DEPTH = 8  # folders below the one that is searched
_MAX_PARTS = 1000


@dataclass(frozen=True)
class FoundModel:
    """A model that can be used by name.

    Args:
        name: what the user types.
        path: its file; of a model in several files the first one.
        origin: where it is: "starter", "models folder", "hub" or the name of another program.
        aliases: other names of it.
        problem: why it cannot be used, if its owner's records say so; it completes "NAME ...".
    """

    name: str
    path: Path
    origin: str
    aliases: tuple[str, ...] = ()
    problem: str = ""

    def is_named(self, name: str) -> bool:
        """Whether this is one of the model's names, whatever the case of its letters."""
        wanted = name.casefold()
        return any(own.casefold() == wanted for own in (self.name, *self.aliases))


def part_names(name: str) -> list[str]:
    """The names of all files of a model, from the name of any of them; one if it is whole.

    >>> part_names("x-00002-of-00002.gguf")
    ['x-00001-of-00002.gguf', 'x-00002-of-00002.gguf']
    """
    found = _PART.fullmatch(name)
    if found is None or not 1 <= int(found[3]) <= _MAX_PARTS:
        return [name]
    ending = name[-len(".gguf") :]
    return [f"{found[1]}-{n:05}-of-{found[3]}{ending}" for n in range(1, int(found[3]) + 1)]


def part_number(name: str) -> int:
    """The number of a file among those of its model, from 1; 1 if the model is one file."""
    found = _PART.fullmatch(name)
    return int(found[2]) if found else 1


def whole_name(name: str) -> str:
    """The name of a file without the number of a part, and without .gguf.

    >>> whole_name("x-00001-of-00002.gguf"), whole_name("x.gguf")
    ('x', 'x')
    """
    found = _PART.fullmatch(name)
    return found[1] if found else re.sub(r"\.gguf$", "", name, flags=re.IGNORECASE)


def part_paths(path: Path) -> list[Path]:
    """All files of a model, from any of them, whether they exist or not."""
    return [path.with_name(name) for name in part_names(path.name)]


def first_part(path: Path) -> Path:
    """The first file of a model in several files, if it exists; else the file itself."""
    first = part_paths(path)[0]
    return first if first != path and os.path.lexists(first) else path


def is_projector(name: str) -> bool:
    """Whether a file holds no model but a projector for images or sound, or an imatrix."""
    lower = name.rsplit("/", 1)[-1].lower()
    return "mmproj" in lower or "imatrix" in lower


def main_files(paths: Iterable[Path]) -> list[Path]:
    """The files without the later parts of models whose first part is among them."""
    known = list(paths)
    names = set(known)
    return [
        path for path in known if part_number(path.name) == 1 or part_paths(path)[0] not in names
    ]


def gguf_files(folder: Path, ending: str = ".gguf") -> list[Path]:
    """The GGUF files in a folder and the folders below it, sorted. Never raises.

    Links are followed, each folder is read once, and what cannot be read is left out. A link to a
    file that does not exist is among the files: a user shall see it.
    """
    found: list[Path] = []
    seen: set[tuple[int, int]] = set()
    todo = [(folder, 0)]
    while todo:
        current, depth = todo.pop()
        try:
            status = current.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(current) as entries:
                for entry in entries:
                    if _is_dir(entry):
                        if depth < _MAX_DEPTH:
                            todo.append((current / entry.name, depth + 1))
                    elif entry.name.lower().endswith(ending) and not entry.name.startswith("._"):
                        found.append(current / entry.name)
        except (OSError, ValueError):
            continue
    return sorted(found)


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links
        return False


def subfolders(folder: Path) -> list[Path]:
    """The folders in a folder, sorted; none if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return sorted(folder / entry.name for entry in entries if _is_dir(entry))
    except (OSError, ValueError):
        return []


def is_file(path: Path) -> bool:
    """Whether there is such a file; False where a folder cannot be read."""
    return os.path.isfile(path)  # noqa: PTH113 - Path.is_file raises where a folder cannot be read


def user_home() -> Path:
    """The user's home folder; one that does not exist if it is unknown."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/nonexistent")


def expand(text: str) -> Path:
    """A path that a variable or another program's settings hold; ~ is the user's home folder."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~NAME of an unknown user
        return Path(text)


def unique(models: Iterable[FoundModel]) -> list[FoundModel]:
    """The models without those whose name an earlier one has."""
    names: set[str] = set()
    kept = []
    for model in models:
        if model.name not in names:
            names.add(model.name)
            kept.append(model)
    return kept
