"""Response matrices: a measured one is preferred to the scaled-down matrix of the starter model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.errors import BadDataError
from tpop_cli.store import paths
from tpop_cli.store.response_matrices import (
    load_response,
    save_response,
    shipped_response,
    starter_response,
)


def test_a_measured_matrix_is_preferred(home: Path) -> None:
    guessed, measured = load_response("f00")
    assert not measured
    pole = next(iter(starter_response().rows))
    feature = next(iter(starter_response().rows[pole]))
    assert guessed.rows[pole][feature] == pytest.approx(
        0.5 * starter_response().rows[pole][feature]
    )
    path = save_response(
        ResponseMatrix({"brief": {"length": -1.23456}}), {"fingerprint": "f00", "prompts": 3}
    )
    assert path == home / "data" / "response" / "f00.json"
    assert load_response("f00") == (ResponseMatrix({"brief": {"length": -1.235}}), True)
    assert json.loads(path.read_text())["prompts"] == 3
    assert not load_response("f01")[1]
    path.write_text('{"rows": [1]}')
    with pytest.raises(BadDataError, match="a response matrix file is broken") as caught:
        load_response("f00")
    assert caught.value.hint == "measure it again: tpop axes measure"


def test_measured_matrices_may_be_in_any_folder(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, other = ResponseMatrix({"brief": {"length": -1.0}}), ResponseMatrix({"warm": {}})
    save_response(users, {"fingerprint": "f00"})
    assert save_response(other, {"fingerprint": "f00"}, tmp_path / "b") == tmp_path / "b/f00.json"
    assert load_response("f00") == (users, True)
    assert load_response("f00", tmp_path / "b") == (other, True)
    shipped = shipped_response("f00")
    assert shipped == load_response("f01") == load_response("f00", tmp_path / "empty")
    assert not shipped[1]
    monkeypatch.setattr(paths, "home", None)  # the user's folder is not looked for
    assert load_response("f00", tmp_path / "b") == (other, True)
    assert shipped_response("f00") == shipped


def test_the_shipped_matrix_was_measured_on_the_starter_model(starter_path: Path) -> None:
    from tpop_cli.engine.gguf import fingerprint

    assert load_response(fingerprint(starter_path)) == (starter_response(), True)
    assert shipped_response(fingerprint(starter_path)) == (starter_response(), True)


def test_the_features_of_plain_answers_are_kept(tmp_path: Path) -> None:
    matrix = ResponseMatrix({"brief": {"length": -1.0}}, {"length": 6.1234})
    path = save_response(matrix, {"fingerprint": "f00"}, tmp_path)
    found, _ = load_response("f00", tmp_path)
    assert found.plain == {"length": 6.123}
    body = json.loads(path.read_text())
    del body["plain"]  # as an older version wrote it
    path.write_text(json.dumps(body))
    assert load_response("f00", tmp_path)[0].plain == {}
