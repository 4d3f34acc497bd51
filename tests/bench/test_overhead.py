"""Learning and storing picks takes little time."""

from __future__ import annotations

from tpop_cli.bench.overhead import time_picks


def test_picks_are_learned_loaded_and_saved_quickly() -> None:
    (row,) = time_picks((1000,), rounds=3)
    assert row["learned"] < 0.05
    assert row["loaded"] < 0.1
    assert row["saved"] < 0.02
