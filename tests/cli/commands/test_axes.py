"""tpop axes: list, add and remove taste axes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.core.axes import AXES

from ..running import JUDGE, objects, run


def test_axes_list_shows_every_instruction() -> None:
    body = json.loads(run("axes", "list", "--json").stdout)
    assert [a["axis"] for a in body] == [axis.name for axis in AXES]
    assert "detailed" in run("axes", "list").stdout


@pytest.mark.usefixtures("tiny_env")
def test_own_axes_are_added_learned_and_removed() -> None:
    run("ask", "x", "--judge", JUDGE)
    run(
        "axes",
        "add",
        "pirate",
        "--toward",
        "Please talk like a pirate.",
        "--away",
        "Please talk like a diplomat.",
    )
    assert "talk like a pirate" in run("axes", "list").stdout
    shown = json.loads(run("profile", "show", "--json").stdout)
    assert "pirate" in [axis["axis"] for axis in shown["axes"]]
    assert shown["picks"] == 1  # picks are kept: the state is rebuilt for the new axis
    assert "is taken" in run("axes", "add", "pirate", "--toward", "a", "--away", "b", code=2).stderr
    assert "empty" in run("axes", "add", "other", "--toward", " ", "--away", "b", code=2).stderr
    for verdict in objects(run("ask", "x", "--judge", JUDGE, "--json").stdout):
        assert verdict["candidates"]
    run("axes", "remove", "pirate")
    assert "pirate" not in run("axes", "list").stdout
    assert "no axis of your own" in run("axes", "remove", "length", code=66).stderr
    assert json.loads(run("profile", "show", "--json").stdout)["picks"] == 2


def test_a_broken_file_of_axes_is_named(home: Path) -> None:
    home.mkdir()
    (home / "axes.json").write_text('{"axes": [{"name": 3}]}')
    assert "axes.json is broken" in run("axes", "list", code=65).stderr.replace("\n", "")
