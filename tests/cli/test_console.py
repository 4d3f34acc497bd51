"""What goes to stderr, and when."""

from __future__ import annotations

import pytest

from .running import JUDGE, run

pytestmark = pytest.mark.usefixtures("tiny_env")


def test_quiet_writes_nothing_but_errors_to_stderr() -> None:
    loud = run("teach", "--prompts", "-", "--judge", JUDGE, stdin="one\n")
    quiet = run("teach", "--quiet", "--prompts", "-", "--judge", JUDGE, stdin="one\n")
    assert loud.stderr and quiet.stderr == ""
    assert run("ask", "--quiet", "--model", "none.gguf", "x", code=66).stderr.startswith("error: ")
