"""Response matrices on disk: the starter model's comes with the program, others are measured."""

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
"""Instructions mean much the same to every model, but how much they move it differs: half the starter's B."""

_STARTER = "response-smollm2-135m-instruct.json"
_MAX = 1 << 20


def load_response(fingerprint: str) -> tuple[ResponseMatrix, bool]:
    """The response matrix for a model, and whether it was measured on that very file."""
    measured = _path(fingerprint)
    if measured.exists():
        return _parse(read_bounded(measured, _MAX)), True
    if strict_json(_shipped())["fingerprint"] == fingerprint:
        return starter_response(), True
    return starter_response().shrunk(UNMEASURED), False


def starter_response() -> ResponseMatrix:
    """The response matrix of the starter model."""
    return _parse(_shipped())


def encode_response(matrix: ResponseMatrix, about: dict[str, Any]) -> bytes:
    """The file form: what it was measured on, and the rows."""
    rows = {pole: {f: round(b, 3) for f, b in row.items()} for pole, row in matrix.rows.items()}
    lines = ",\n".join(f"  {json.dumps(pole)}: {json.dumps(row)}" for pole, row in rows.items())
    head = json.dumps(about, indent=1)[:-2]
    return f'{head},\n "rows": {{\n{lines}\n }}\n}}\n'.encode()


def save_response(matrix: ResponseMatrix, about: dict[str, Any]) -> Path:
    """Keep the response matrix of the model with `about["fingerprint"]` in the data folder."""
    path = _path(about["fingerprint"])
    make_private_dir(path.parent)
    write_atomic(path, encode_response(matrix, about))
    return path


def _shipped() -> bytes:
    return resources.files("tpop_cli.data").joinpath(_STARTER).read_bytes()


def _path(fingerprint: str) -> Path:
    return paths.data_dir() / "response" / f"{fingerprint}.json"


def _parse(data: bytes) -> ResponseMatrix:
    body = strict_json(data)
    try:
        return ResponseMatrix(
            {str(p): {str(f): float(b) for f, b in row.items()} for p, row in body["rows"].items()}
        )
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise BadDataError(
            f"a response matrix file is broken: {error}", "measure it again: tpop axes measure"
        ) from None
