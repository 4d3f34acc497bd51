"""Prompts from the command line, from a pipe, from a template."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .running import objects, run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_stdin_is_the_prompt_or_appended_to_it() -> None:
    assert objects(run("ask", "--json", stdin="from a pipe\n").stdout)[0]["prompt"] == "from a pipe"
    both = objects(run("ask", "Say:", "--json", stdin="this").stdout)[0]["prompt"]
    assert both == "Say:\n\nthis"


def test_a_template_inserts_the_prompt_and_stdin(tmp_path: Path) -> None:
    frame = tmp_path / "frame.txt"
    frame.write_text("Question: {prompt}\nText: {stdin}\n{other}\n")
    asked = json.loads(
        run("ask", "--json", "--template", str(frame), "Why?", stdin="a {prompt} b\n").stdout
    )
    assert asked["prompt"] == "Question: Why?\nText: a {prompt} b\n{other}"
    assert "hint" in run("ask", "--template", str(tmp_path / "none"), "Why?", code=66).stderr
