"""Names of models on Hugging Face: hf:ORG/REPO/FILE, hf:ORG/REPO:QUANTIZATION and hf:ORG/REPO."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import NoInputError, UsageError
from .model_files import is_projector, part_number, whole_name

REPO = re.compile(
    r"(?!.*(--|\.\.|\.git/|\.git$))[\w-](?:[\w.-]{0,94}[\w-])?/[\w-](?:[\w.-]{0,94}[\w-])?", re.A
)
_FILE = re.compile(r"(?!.*(?:^|/)\.{1,2}(?:/|$))[^/\\\x00-\x1f:]+(?:/[^/\\\x00-\x1f:]+)*")
_TAG = re.compile(r"[\w.-]{1,80}", re.A)
_QUANTIZATION = re.compile(
    r"(?:^|[-._/])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|TQ\d_\d|BF16|FP?16|FP?32|MXFP4(?:_MOE)?))$",
    re.IGNORECASE,
)
_PREFERRED = ("Q4_K_M", "Q8_0")  # as llama.cpp's -hf has it
_LATEST = "latest"  # llama.cpp's word for no quantization in particular


def split_name(name: str) -> tuple[str, str]:
    """Split a name into repository and file. Raises UsageError if it is not hf:ORG/REPO/FILE.

    >>> split_name("hf:org/repo/file.gguf")
    ('org/repo', 'file.gguf')
    """
    parts = name.removeprefix("hf:").split("/", 2)
    repo = "/".join(parts[:2])
    if len(parts) != 3 or not REPO.fullmatch(repo) or not _FILE.fullmatch(parts[2]):
        raise UsageError(f"{name} does not name a file", "write hf:ORG/REPO/FILE.gguf")
    return repo, parts[2]


def split_short_name(name: str) -> tuple[str, str] | None:
    """Split hf:ORG/REPO:QUANTIZATION into both; None if the name has another form.

    >>> split_short_name("hf:org/repo:Q8_0"), split_short_name("hf:org/repo")
    (('org/repo', 'Q8_0'), ('org/repo', ''))
    """
    repo, colon, tag = name.removeprefix("hf:").partition(":")
    if not REPO.fullmatch(repo) or (colon and not _TAG.fullmatch(tag)):
        return None
    return repo, "" if tag.lower() == _LATEST else tag


def quantization(file: str) -> str:
    """The quantization that a file's name ends with, in capitals; empty if it names none.

    >>> quantization("a/qwen-0.5b-q4_k_m-00001-of-00002.gguf"), quantization("model.gguf")
    ('Q4_K_M', '')
    """
    found = _QUANTIZATION.search(whole_name(file))
    return found[1].upper() if found else ""


def choose_file(repo: str, files: Iterable[str], tag: str = "") -> str:
    """The file of a repository that is meant, as llama.cpp's -hf chooses it.

    Without a quantization it is Q4_K_M, else Q8_0, else the first one. The case of letters does not
    matter. Projectors and the later parts of a model are passed over.

    Args:
        repo: for the message.
        files: the repository's files.
        tag: the quantization, or another part of the name that ends before a "-" or ".".

    Raises:
        NoInputError: no file fits; the hint says which quantizations there are.
    """
    models = [
        file
        for file in sorted(files)
        if file.lower().endswith(".gguf") and not is_projector(file) and part_number(file) == 1
    ]
    for wanted in (tag,) if tag else _PREFERRED:
        exact = [file for file in models if quantization(file) == wanted.upper()]
        pattern = re.compile(rf"{re.escape(wanted)}[.-]", re.IGNORECASE)
        for file in exact or [file for file in models if pattern.search(file)]:
            return file
    if models and not tag:
        return models[0]
    if not models:
        raise NoInputError(
            f"{repo} has no GGUF file", "many models have one in a repository named ...-GGUF"
        )
    known = sorted({quantization(file) for file in models} - {""})
    raise NoInputError(
        f"{repo} has no file for {tag}",
        f"it has {', '.join(known)}" if known else "name a file: hf:ORG/REPO/FILE.gguf",
    )


def short_names(names: Iterable[str]) -> dict[str, str]:
    """hf:ORG/REPO:QUANTIZATION for each hf:ORG/REPO/FILE for which it names that file alone.

    >>> short_names(["hf:o/r/x-Q8_0.gguf", "hf:o/r/y.gguf"])
    {'hf:o/r/x-Q8_0.gguf': 'hf:o/r:Q8_0'}
    """
    found: dict[str, list[str]] = {}
    for name in names:
        repo, file = split_name(name)
        if quantization(file):
            found.setdefault(f"hf:{repo}:{quantization(file)}", []).append(name)
    return {names[0]: short for short, names in found.items() if len(names) == 1}
