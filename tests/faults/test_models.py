"""A model's header is untrusted: whatever it says, it is loaded or named, and the process lives."""

from __future__ import annotations

from pathlib import Path

from ..mutants import supervise
from . import count


def test_changed_headers_never_end_the_process(tiny_path: Path, tmp_path: Path) -> None:
    n = count(60, 1000)
    counts = supervise(tiny_path, tmp_path, 0, n)
    assert counts["died"] == 0, counts
    assert counts["loaded"] + counts["BadDataError"] + counts["UsageError"] == n, counts
    assert counts["BadDataError"] > n // 10
