"""Keys are read one by one, without Enter."""

from __future__ import annotations

import threading

import pytest
from prompt_toolkit.input import create_pipe_input

from tpop_cli.ui.keys import KeyReader


@pytest.mark.parametrize(
    ("typed", "read"), [("1", "1"), ("ab2", "2"), ("\x03", None), ("z\x04", None)]
)
def test_the_first_allowed_key_counts(typed: str, read: str | None) -> None:
    with create_pipe_input() as pipe:
        pipe.send_text(typed)
        assert KeyReader(pipe).wait_for("12") == read


def test_keys_are_passed_on_while_watching() -> None:
    seen: list[str | None] = []
    both = threading.Event()

    def on_key(key: str | None) -> None:
        seen.append(key)
        if len(seen) == 2:
            both.set()

    with create_pipe_input() as pipe, KeyReader(pipe).watching(on_key):
        pipe.send_text("1\x03")
        assert both.wait(5)
    assert seen == ["1", None]
