"""The models that LM Studio, GPT4All, Jan and llama.cpp hold. Only read; never raises."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from .hub_cache import cached_models
from .hub_names import REPO, short_names
from .model_files import (
    FoundModel,
    expand,
    gguf_files,
    is_file,
    is_projector,
    main_files,
    part_paths,
    unique,
    user_home,
    whole_name,
)

_MAX_SETTINGS = 1 << 20  # bytes of a settings file
_MODEL_PATH = re.compile(r"^model_path:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_MANIFEST = re.compile(r"manifest=([^=]+)=([^=]+)=([^=]+)\.json")
_URL = re.compile(r"https?://[^/]+/([^/]+/[^/]+)/resolve/[^/]+/(.+?\.gguf)(?:\?.*)?")


def lm_studio_models() -> list[FoundModel]:
    """LM Studio's models: `lmstudio:PUBLISHER/MODEL`, with the file's name where it has several."""
    found = []
    for folder in _lm_studio_folders():
        files = [path for path in gguf_files(folder) if not is_projector(path.name)]
        models = main_files(files)
        for path in models:
            inner = path.relative_to(folder).as_posix()
            parent = inner.rpartition("/")[0]
            alone = parent and [one.parent for one in models].count(path.parent) == 1
            short = f"lmstudio:{parent}" if alone else f"lmstudio:{whole_name(inner)}"
            found.append(_found(short, "lmstudio", inner, path, "LM Studio"))
    return unique(found)


def _lm_studio_folders() -> list[Path]:
    home = user_home()
    given = os.environ.get("LMSTUDIO_HOME")
    pointer = _text(home / ".lmstudio-home-pointer").strip()
    homes = [expand(one) for one in (given, pointer) if one]
    homes += [home / ".lmstudio", home / ".cache" / "lm-studio"]
    folders = []
    for one in homes:
        chosen = _json(one / "settings.json").get("downloadsFolder")
        folders += [expand(chosen)] if isinstance(chosen, str) and chosen else []
        folders.append(one / "models")
    return folders


def gpt4all_models() -> list[FoundModel]:
    """GPT4All's models: `gpt4all:FILE`, without .gguf."""
    found = []
    for folder in _app_folders("nomic.ai/GPT4All", "nomic.ai/GPT4All") + _gpt4all_chosen():
        for path in main_files(p for p in gguf_files(folder) if not is_projector(p.name)):
            inner = path.relative_to(folder).as_posix()
            found.append(_found(f"gpt4all:{whole_name(inner)}", "gpt4all", inner, path, "GPT4All"))
    return unique(found)


def _gpt4all_chosen() -> list[Path]:
    """The folder that the user chose in GPT4All's settings."""
    settings = _text(_config_home() / "nomic.ai" / "GPT4All.ini")
    chosen = re.search(r"^modelPath=(.+)$", settings, re.MULTILINE)
    return [expand(chosen[1].strip().strip('"'))] if chosen else []


def jan_models() -> list[FoundModel]:
    """Jan's models: `jan:ID`. Each has a model.yml, which names the file."""
    found = []
    for data in _jan_folders():
        for root in (data / "llamacpp" / "models", data / "models"):
            for record in gguf_files(root, ending="model.yml"):
                if record.name != "model.yml" or record.parent == root:
                    continue
                name = f"jan:{record.parent.relative_to(root).as_posix()}"
                found.append(_jan_model(name, record, data))
    return unique(found)


def _jan_model(name: str, record: Path, data: Path) -> FoundModel:
    chosen = _MODEL_PATH.search(_text(record))
    if chosen is None:
        return FoundModel(name, record, "Jan", problem="has a model.yml that names no file")
    path = data / chosen[1].strip("'\"")
    beside = record.parent / path.name
    path = beside if not is_file(path) and is_file(beside) else path
    problem = "" if is_file(path) else "has a model.yml that names a missing file"
    return FoundModel(name, path, "Jan", problem=problem)


def _jan_folders() -> list[Path]:
    settings = [folder / "settings.json" for folder in _app_folders("Jan", "Jan")]
    settings.append(_config_home() / "Jan" / "settings.json")
    chosen = [_json(one).get("data_folder") for one in settings]
    return (
        [expand(one) for one in chosen if isinstance(one, str) and one]
        + [folder / "data" for folder in _app_folders("Jan", "Jan")]
        + [_config_home() / "Jan" / "data", user_home() / "jan"]
    )


def llama_cpp_models() -> list[FoundModel]:
    """What llama.cpp's -hf downloaded outside the cache of Hugging Face.

    Models whose repository is recorded are named as there, `hf:ORG/REPO:QUANTIZATION`, others
    `llama.cpp:FILE`.
    """
    found = []
    for folder in _llama_cpp_folders():
        files = [path for path in _flat(folder) if not is_projector(path.name)]
        origins = {path.name: _url_name(path) for path in files} | _manifests(folder)
        named = {origins[path.name]: path for path in main_files(files) if origins.get(path.name)}
        named |= {name: path for name, path in cached_models(folder).items() if name not in named}
        firsts = set(main_files(named.values()))
        named = {name: path for name, path in named.items() if path in firsts}
        short = short_names(named)
        found += [
            FoundModel(short.get(name, name), path, "llama.cpp", (name,))
            for name, path in sorted(named.items())
        ]
        found += [
            _found(f"llama.cpp:{whole_name(path.name)}", "llama.cpp", path.name, path, "llama.cpp")
            for path in main_files(files)
            if path not in named.values()
        ]
    return unique(found)


def _llama_cpp_folders() -> list[Path]:
    given = os.environ.get("LLAMA_CACHE")
    cache = os.environ.get("XDG_CACHE_HOME")
    local = os.environ.get("LOCALAPPDATA")
    home = user_home()
    return [
        *([expand(given)] if given else []),
        *([expand(cache) / "llama.cpp"] if cache else []),
        home / ".cache" / "llama.cpp",
        home / "Library" / "Caches" / "llama.cpp",
        *([Path(local) / "llama.cpp"] if local else []),
    ]


def _flat(folder: Path) -> list[Path]:
    return [path for path in gguf_files(folder) if path.parent == folder]


def _manifests(folder: Path) -> dict[str, str]:
    """hf:ORG/REPO/FILE for the files that llama.cpp's manifests name: manifest=ORG=REPO=TAG."""
    found = {}
    for record in gguf_files(folder, ending=".json"):
        named = _MANIFEST.fullmatch(record.name)
        file = _json(record).get("ggufFile") if named else None
        inner = file.get("rfilename") if isinstance(file, dict) else None
        if named and isinstance(inner, str) and REPO.fullmatch(f"{named[1]}/{named[2]}"):
            flat = f"{named[1]}_{named[2]}_{inner}".replace("/", "_")
            found[flat] = f"hf:{named[1]}/{named[2]}/{inner}"
    return found


def _url_name(path: Path) -> str:
    """hf:ORG/REPO/FILE from what llama.cpp records of a download: FILE.gguf.json with its URL."""
    url = _json(path.with_name(path.name + ".json")).get("url")
    found = _URL.fullmatch(url) if isinstance(url, str) else None
    return f"hf:{found[1]}/{found[2]}" if found and REPO.fullmatch(found[1]) else ""


def _found(name: str, prefix: str, inner: str, path: Path, origin: str) -> FoundModel:
    """A model that can also be named by any of its files."""
    parent = inner.rpartition("/")[0]
    files = [f"{parent}/{one.name}" if parent else one.name for one in part_paths(path)]
    aliases = [f"{prefix}:{whole_name(inner)}", *(f"{prefix}:{file}" for file in files)]
    aliases += [alias[: -len(".gguf")] for alias in aliases if alias.lower().endswith(".gguf")]
    return FoundModel(name, path, origin, tuple(aliases))


def _app_folders(linux: str, mac: str) -> list[Path]:
    """Where a program keeps its data, on each system."""
    home = user_home()
    share = os.environ.get("XDG_DATA_HOME")
    found = [expand(share) / linux] if share else []
    found += [home / ".local" / "share" / linux, home / "Library" / "Application Support" / mac]
    for variable in ("LOCALAPPDATA", "APPDATA"):
        if os.environ.get(variable):
            found.append(Path(os.environ[variable]) / linux)
    return found


def _config_home() -> Path:
    given = os.environ.get("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME")
    return expand(given) if given else user_home() / ".config"


def _text(path: Path) -> str:
    """The text of a small file; empty if it cannot be read."""
    try:
        if not is_file(path):
            return ""
        with path.open("rb") as file:
            return file.read(_MAX_SETTINGS).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty if there is none."""
    try:
        body = json.loads(_text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
