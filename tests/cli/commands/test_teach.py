"""tpop teach: duels that a program decides."""

from __future__ import annotations

import pytest

from ..running import objects, run, teach

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_prompts_are_used_again_when_there_are_more_duels() -> None:
    teach(5)
    assert [p["prompt"] for p in objects(run("picks", "list", "--json").stdout)] == [
        "one",
        "two",
        "one",
        "two",
        "one",
    ]
