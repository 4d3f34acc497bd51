"""Files of the neural reward in a profile's folder: `neural.json` and `embeddings.jsonl`.

Both belong to one model, and both can be rebuilt from that model and the pick log.
"""

from __future__ import annotations

import base64
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.neural import Matrix, Network, Vector
from ..errors import BadDataError
from .files import (
    append_line,
    decode_checksummed,
    encode_checksummed,
    make_private_dir,
    read_bounded,
    write_atomic,
)

SCHEMA = 1
MAX_STATE = 64 << 20
EmbeddingPair = tuple[Vector, Vector]
"""Embeddings of the exploit arm's answer and of the explore arm's, each of shape (d,)."""


@dataclass(frozen=True)
class NeuralState:
    """The neural reward after a fit.

    Args:
        fingerprint: of the model that produced the hidden states.
        network: the reward network, θ.
        V: diagonal of the precision, shape (P,), P being the number of parameters of θ.
        fitted: how many picks θ was fitted to.
    """

    fingerprint: str
    network: Network
    V: Vector
    fitted: int


class NeuralFiles:
    """Reads and writes the neural state of one profile.

    Args:
        folder: the profile's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state, self._embeddings = folder / "neural.json", folder / "embeddings.jsonl"

    def load(self) -> NeuralState | None:
        """The saved state, or None.

        Raises:
            BadDataError: it is damaged; `tpop chat --reward neural --rebuild` rebuilds it.
        """
        try:
            state = decode_checksummed(read_bounded(self._state, MAX_STATE))
            if state["schema"] != SCHEMA:
                raise BadDataError(f"unknown schema {state['schema']}")
            m, d = state["shape"]
            W, b, a = _unpack(state["W"], m, d), _unpack(state["b"], m), _unpack(state["a"], m)
            V = _unpack(state["V"], m * d + 2 * m, kind="<f8")
            return NeuralState(state["fingerprint"], Network(W, b, a), V, state["fitted"])
        except FileNotFoundError:
            return None
        except (BadDataError, KeyError, TypeError, ValueError) as error:
            raise BadDataError(
                f"cannot read {self._state}: {error}", "rebuild it: add --rebuild"
            ) from None

    def save(self, state: NeuralState) -> None:
        """Replace the state. Raises StorageError."""
        make_private_dir(self._folder)
        network = state.network
        body = {
            "schema": SCHEMA,
            "fingerprint": state.fingerprint,
            "shape": list(network.W.shape),
            "W": _pack(network.W),
            "b": _pack(network.b),
            "a": _pack(network.a),
            "V": _pack(state.V, "<f8"),  # it grows by increments too small for float32
            "fitted": state.fitted,
        }
        write_atomic(self._state, encode_checksummed(body))

    def embeddings(self, fingerprint: str, d: int) -> dict[int, EmbeddingPair]:
        """The saved embeddings of one model, by number of the pick. Unreadable lines are skipped.

        Args:
            fingerprint: of the model.
            d: dimension of an embedding.
        """
        found: dict[int, EmbeddingPair] = {}
        try:
            lines = self._embeddings.read_bytes().split(b"\n")
        except FileNotFoundError:
            return found
        for line in lines:
            try:
                body = decode_checksummed(line)
                if body["fingerprint"] == fingerprint:
                    found[body["id"]] = (_unpack(body["exploit"], d), _unpack(body["explore"], d))
            except (BadDataError, KeyError, TypeError, ValueError):
                continue
        return found

    def add(self, fingerprint: str, pick_id: int, pair: EmbeddingPair) -> None:
        """Append the embeddings of a pick. Raises StorageError."""
        make_private_dir(self._folder)
        exploit, explore = map(_pack, pair)
        body = {
            "schema": SCHEMA,
            "fingerprint": fingerprint,
            "id": pick_id,
            "exploit": exploit,
            "explore": explore,
        }
        append_line(self._embeddings, encode_checksummed(body))

    def size(self) -> int:
        """How many bytes the embeddings take; see `truncate`."""
        return self._embeddings.stat().st_size if self._embeddings.is_file() else 0

    def truncate(self, size: int) -> None:
        """Remove the embeddings that were added after they had this size, as far as possible."""
        with contextlib.suppress(OSError):
            if self.size() > size:
                os.truncate(self._embeddings, size)

    def clear(self) -> None:
        """Delete both files."""
        self._state.unlink(missing_ok=True)
        self._embeddings.unlink(missing_ok=True)


def _pack(x: Vector | Matrix, kind: str = "<f4") -> str:
    return base64.b64encode(np.asarray(x, dtype=kind).tobytes()).decode()


def _unpack(text: str, *shape: int, kind: str = "<f4") -> Any:
    values = np.frombuffer(base64.b64decode(text, validate=True), dtype=kind)
    found = values.astype(np.float64).reshape(shape)
    if not np.isfinite(found).all():
        raise ValueError("a value is not a finite number")
    return found
