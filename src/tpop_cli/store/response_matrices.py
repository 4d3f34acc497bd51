"""Response matrices on disk.

The one of the starter model is shipped with the package. Others are measured by the user.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from ..core.response_matrix import ResponseMatrix
from ..errors import BadDataError
from . import paths
from .files import make_private_dir, read_bounded, strict_json, write_atomic

UNMEASURED = 0.5
"""Factor on the shipped matrix for a model without one of its own.

Instructions move every model in similar directions, but by different amounts.
"""

_STARTER = "response-smollm2-135m-instruct.json"
_MAX_FILE = 1 << 20


def load_response(fingerprint: str, folder: Path | None = None) -> tuple[ResponseMatrix, bool]:
    """The response matrix to use for a model: the measured one, or else the shipped one.

    Args:
        fingerprint: of the model's file.
        folder: the folder of measured matrices; None: the one in the user's data folder.

    Returns:
        The matrix, and whether it was measured on this very file.

    Raises:
        BadDataError: the measured matrix is broken.
        StorageError: it cannot be read.
    """
    path = _path(fingerprint, folder)
    if path.exists():
        return _parse(read_bounded(path, _MAX_FILE)), True
    return shipped_response(fingerprint)


def shipped_response(fingerprint: str) -> tuple[ResponseMatrix, bool]:
    """The response matrix for a model as after installation: no measured matrix is looked for.

    Returns:
        The matrix of the starter model, and whether the model is the starter model. For another
        model it is scaled by `UNMEASURED`.
    """
    if strict_json(_shipped())["fingerprint"] == fingerprint:
        return starter_response(), True
    return starter_response().shrunk(UNMEASURED), False


def starter_response() -> ResponseMatrix:
    """The shipped response matrix: the one of the starter model."""
    return _parse(_shipped())


def encode_response(matrix: ResponseMatrix, origin: dict[str, Any]) -> bytes:
    """Encode a response matrix as a JSON file.

    Args:
        matrix: its entries are rounded to three decimals.
        origin: further keys that say how it was measured, at least `fingerprint`.
    """
    rows = {pole: {f: round(b, 3) for f, b in row.items()} for pole, row in matrix.rows.items()}
    lines = ",\n".join(f"  {json.dumps(pole)}: {json.dumps(row)}" for pole, row in rows.items())
    plain = {feature: round(mean, 3) for feature, mean in matrix.plain.items()}
    head = json.dumps({**origin, "plain": plain}, indent=1)[:-2]
    return f'{head},\n "rows": {{\n{lines}\n }}\n}}\n'.encode()


def save_response(
    matrix: ResponseMatrix, origin: dict[str, Any], folder: Path | None = None
) -> Path:
    """Save a measured response matrix, for `load_response` to find. Returns the file.

    Args:
        matrix: the measured matrix.
        origin: as in `encode_response`; its `fingerprint` names the file.
        folder: the folder of measured matrices; None: the one in the user's data folder.

    Raises:
        CannotCreateError, StorageError: it cannot be written.
    """
    path = _path(origin["fingerprint"], folder)
    make_private_dir(path.parent)
    write_atomic(path, encode_response(matrix, origin))
    return path


def _shipped() -> bytes:
    return resources.files("tpop_cli.data").joinpath(_STARTER).read_bytes()


def _path(fingerprint: str, folder: Path | None) -> Path:
    return (folder or paths.data_dir() / "response") / f"{fingerprint}.json"


def _parse(data: bytes) -> ResponseMatrix:
    body = strict_json(data)
    try:
        return ResponseMatrix(
            {str(p): {str(f): float(b) for f, b in row.items()} for p, row in body["rows"].items()},
            {str(f): float(x) for f, x in body.get("plain", {}).items()},  # older files lack it
        )
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise BadDataError(
            f"a response matrix file is broken: {error}", "measure it again: tpop axes measure"
        ) from None
