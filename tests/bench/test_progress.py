"""The progress meter reports every change."""

from __future__ import annotations

from tpop_cli.bench.progress import ProgressMeter


def test_a_stage_counts_from_zero_to_what_is_expected() -> None:
    shown: list[tuple[str, int, int]] = []
    meter = ProgressMeter(lambda *now: shown.append(now))
    meter.begin("duels", 3)
    meter.advance(2)
    meter.advance()
    meter.begin("judging")
    assert shown == [("duels", 0, 3), ("duels", 2, 3), ("duels", 3, 3), ("judging", 0, 0)]


def test_what_is_expected_is_added_to_what_is_done() -> None:
    meter = ProgressMeter()
    meter.begin("duels")
    meter.advance(2)
    meter.expect(5)
    assert (meter.done, meter.total) == (2, 7)


def test_the_total_is_never_below_what_is_done() -> None:
    meter = ProgressMeter()
    meter.begin("duels", 1)
    meter.advance(4)
    assert (meter.done, meter.total) == (4, 4)
