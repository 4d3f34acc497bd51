"""The state of the neural reward in a profile's folder: `neural.json` and `embeddings.jsonl`, for one model.

Both can be made anew from the log of picks and the model: they spare the time of it.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core.neural import Matrix, Network, Vector
from ..errors import BadDataError
from .files import append_line, make_private_dir, read_bounded, seal, unseal, write_atomic

SCHEMA = 1
MAX_STATE = 64 << 20
Pair = tuple[Vector, Vector]
"""Embeddings of the exploit arm's response and of the explore arm's."""


@dataclass(frozen=True)
class NeuralState:
    """What a fit and the duels before it left.

    Args:
        fingerprint: of the model whose hidden states θ weighs.
        network: θ.
        V: diagonal of the precision, (P,).
        fitted: how many picks θ was fitted to.
    """

    fingerprint: str
    network: Network
    V: Vector
    fitted: int


class NeuralFiles:
    """Reads and writes the neural state of one profile.

    Args:
        folder: the profile's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state, self._log = folder / "neural.json", folder / "embeddings.jsonl"

    def load(self) -> NeuralState | None:
        """The state, or None if there is none.

        Raises:
            BadDataError: it cannot be used; `tpop chat --reward neural --rebuild` makes it anew.
        """
        try:
            state = unseal(read_bounded(self._state, MAX_STATE))
            if state["schema"] != SCHEMA:
                raise BadDataError(f"it has schema {state['schema']}")
            m, d = state["shape"]
            network = Network(
                _unpack(state["W"], m, d), _unpack(state["b"], m), _unpack(state["a"], m)
            )
            return NeuralState(
                state["fingerprint"],
                network,
                _unpack(state["V"], m * d + 2 * m, kind="<f8"),
                state["fitted"],
            )
        except FileNotFoundError:
            return None
        except (BadDataError, KeyError, TypeError, ValueError) as error:
            raise BadDataError(
                f"cannot read {self._state}: {error}", "make it anew with --rebuild"
            ) from None

    def save(self, state: NeuralState) -> None:
        """Replace the state. Raises StorageError."""
        make_private_dir(self._folder)
        network = state.network
        body: dict[str, Any] = {
            "schema": SCHEMA,
            "fingerprint": state.fingerprint,
            "shape": list(network.W.shape),
        }
        body |= {"W": _pack(network.W), "b": _pack(network.b), "a": _pack(network.a)}
        write_atomic(self._state, seal(body | {"V": _pack(state.V, "<f8"), "fitted": state.fitted}))

    def embeddings(self, fingerprint: str, d: int) -> dict[int, Pair]:
        """Pick id -> embeddings, of those made by this model; lines that cannot be read are passed over."""
        found: dict[int, Pair] = {}
        try:
            lines = self._log.read_bytes().splitlines()
        except FileNotFoundError:
            return found
        for line in lines:
            try:
                body = unseal(line)
                if body["fingerprint"] == fingerprint:
                    found[body["id"]] = (_unpack(body["exploit"], d), _unpack(body["explore"], d))
            except (BadDataError, KeyError, TypeError, ValueError):
                continue
        return found

    def add(self, fingerprint: str, pick_id: int, pair: Pair) -> None:
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
        append_line(self._log, seal(body))

    def clear(self) -> None:
        """Forget all."""
        self._state.unlink(missing_ok=True)
        self._log.unlink(missing_ok=True)


def _pack(x: Vector | Matrix, kind: str = "<f4") -> str:
    return base64.b64encode(np.asarray(x, dtype=kind).tobytes()).decode()


def _unpack(text: str, *shape: int, kind: str = "<f4") -> Any:  # V grows by less than float32 sees
    found = (
        np.frombuffer(base64.b64decode(text, validate=True), dtype=kind)
        .astype(np.float64)
        .reshape(shape)
    )
    if not np.isfinite(found).all():
        raise ValueError("it holds something that is no finite number")
    return found
