"""Limited calls return results and errors unchanged, and lift the limits afterwards.

tests/faults/test_models.py shows chat templates that exceed the limits.
"""

from __future__ import annotations

import pytest

from tpop_cli.engine.resource_limits import MAX_BYTES, run_limited


def test_returns_the_result() -> None:
    assert run_limited(lambda: "a" * 1000) == "a" * 1000


def test_passes_on_an_exception_of_the_call() -> None:
    with pytest.raises(ValueError, match="unchanged"):
        run_limited(lambda: _fail("unchanged"))


def test_lifts_the_memory_limit_afterwards() -> None:
    run_limited(lambda: None)
    assert len("a" * (MAX_BYTES + 1)) > MAX_BYTES


def _fail(message: str) -> None:
    raise ValueError(message)
