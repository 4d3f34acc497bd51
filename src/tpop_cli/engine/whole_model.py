"""Reads the header of a model from all of its files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from ..errors import BadDataError, NoInputError
from .gguf import Header, read_header, read_part

_FIRST_PART = re.compile(r"(.*)-00001-of-(\d{5})(\.gguf)", re.DOTALL | re.IGNORECASE)


def read_model(path: Path) -> Header:
    """The header of a model. Of a model in several files: with the tensors and sizes of all.

    Args:
        path: the file, or the first of several.

    Raises:
        NoInputError, BadDataError: as `read_header`.
        BadDataError: a part is missing or broken, or llama.cpp would not find it by its name.
    """
    header = read_header(path)
    count = header.metadata.get("split.count")
    if not isinstance(count, int) or count < 2:
        return header
    name = _FIRST_PART.fullmatch(path.name)
    if name is None or int(name[2]) != count:
        raise BadDataError(
            f"{path.name} is the first of {count} parts, which are found by name",
            f"give the parts their names back: ...-00001-of-{count:05}.gguf",
        )
    for number in range(2, count + 1):
        later = _later(
            path.with_name(f"{name[1]}-{number:05}-of-{name[2]}{name[3]}"), number, count
        )
        header = replace(
            header,
            size_bytes=header.size_bytes + later.size_bytes,
            tensors={**header.tensors, **later.tensors},
        )
    return header


def _later(path: Path, number: int, count: int) -> Header:
    """The header of a later part."""
    try:
        return read_part(path)
    except BadDataError as error:
        raise BadDataError(
            f"part {number} of {count} is broken: {path.name}: {error.message}",
            "download it again",
        ) from None
    except FileNotFoundError:
        raise BadDataError(
            f"part {number} of {count} is missing: {path.name}",
            "put all parts into one folder, or download the model again",
        ) from None
    except OSError as error:
        raise NoInputError(
            f"cannot read part {number} of the model, {path}: {error.strerror}",
            "check the file's permissions",
        ) from None
