"""Durations and sizes keep three digits, or fewer, at every scale."""

from __future__ import annotations

import pytest

from tpop_cli.ui.units import format_bytes, format_seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0 ms"), (0.0999, "99.9 ms"), (0.1, "100 ms"), (1.0, "1.00 s")]
)
def test_durations_change_their_unit_at_a_second(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


def test_sizes_change_their_unit_at_a_gigabyte() -> None:
    assert (format_bytes(999e6), format_bytes(1e9)) == ("999 MB", "1.0 GB")
