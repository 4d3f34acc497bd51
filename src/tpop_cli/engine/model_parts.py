"""Models in several files: NAME-00001-of-00003.gguf and so on. The first one loads the others."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import BadDataError

_PART = re.compile(r"(.*)-\d{5}-of-(\d{5})\.gguf", re.DOTALL)


def later_part(name: str, metadata: Mapping[str, object]) -> BadDataError | None:
    """The error about a file that is not the first part of a model; None if it is, or is whole.

    Args:
        name: of the file.
        metadata: of its header.
    """
    number, count = metadata.get("split.no"), metadata.get("split.count")
    if not isinstance(number, int) or number < 1:
        return None
    part = _PART.fullmatch(name)
    first = f"{part[1]}-00001-of-{part[2]}.gguf" if part else "the one that ends with -00001-of-..."
    return BadDataError(
        f"it is part {number + 1} of a model in {count} parts",
        f"name the first part, which loads the others: {first}",
    )
