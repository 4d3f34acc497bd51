"""What --json prints has the shape that docs/answer.schema.json describes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from .running import JUDGE, run

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "answer.schema.json").read_text())


pytestmark = pytest.mark.usefixtures("tiny_env")


def test_json_matches_the_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    one = run("ask", "--json", "--seed", "1", "hello").stdout
    plain = run("ask", "--json", "--plain", "hello").stdout
    judged = run("ask", "--json", "--judge", JUDGE, "hello").stdout
    many = run("ask", "--input", "-", stdin="one\ntwo\n").stdout
    lines = [*one.splitlines(), *plain.splitlines(), *judged.splitlines(), *many.splitlines()]
    assert len(lines) == 5
    for line in lines:
        jsonschema.validate(json.loads(line), SCHEMA)
    assert "verdict" in json.loads(judged)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(one), "answer": None}, SCHEMA)
