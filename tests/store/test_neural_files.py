"""The files of the neural reward: restored, checked, and tied to one model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tpop_cli.core.neural import Network
from tpop_cli.errors import BadDataError
from tpop_cli.store.files import decode_checksummed, encode_checksummed
from tpop_cli.store.neural_files import NeuralFiles, NeuralState


def test_a_saved_state_is_restored_and_checked(tmp_path: Path) -> None:
    files = NeuralFiles(tmp_path / "work")
    assert files.load() is None
    rng = np.random.default_rng(0)
    network = Network(rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=3))
    V = np.abs(rng.normal(size=18))
    files.save(NeuralState("f00", network, V, 5))
    found = files.load()
    assert found is not None
    assert (found.fingerprint, found.fitted) == ("f00", 5)
    np.testing.assert_allclose(found.network.W, network.W, rtol=1e-6)
    np.testing.assert_allclose(found.network.b, network.b, rtol=1e-6)
    np.testing.assert_allclose(found.network.a, network.a, rtol=1e-6)
    np.testing.assert_array_equal(found.V, V)
    path = tmp_path / "work" / "neural.json"
    assert path.stat().st_mode & 0o777 == 0o600
    state = decode_checksummed(path.read_bytes())
    for change in (
        {"schema": 9},
        {"shape": [3, 5]},
        {"W": "no base64!"},
        {"V": None},
        {"b": state["b"][:8]},
    ):
        path.write_bytes(encode_checksummed(state | change))
        with pytest.raises(BadDataError, match="cannot read") as caught:
            files.load()
        assert caught.value.hint == "rebuild it: add --rebuild"


def test_embeddings_are_those_of_one_model_and_damaged_lines_are_skipped(tmp_path: Path) -> None:
    files = NeuralFiles(tmp_path / "work")
    assert files.embeddings("f00", 4) == {}
    pair = (np.arange(4.0), np.ones(4))
    files.add("f00", 1, pair)
    files.add("f01", 2, pair)
    files.add("f00", 3, (np.array([np.nan] * 4), np.ones(4)))
    files.add("f00", 4, (np.ones(3), np.ones(3)))
    with (tmp_path / "work" / "embeddings.jsonl").open("ab") as file:
        file.write(b"damage\n")
    files.add("f00", 5, pair)
    found = files.embeddings("f00", 4)
    assert sorted(found) == [1, 5]
    np.testing.assert_array_equal(found[1][0], pair[0])
    files.clear()
    files.clear()
    assert files.embeddings("f00", 4) == {} and files.load() is None
