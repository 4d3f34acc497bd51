"""The prompts of the benches."""

from __future__ import annotations

from tpop_cli.bench.prompts import REPORT, SPLITS, TRAIN, TUNE
from tpop_cli.session.calibration_prompts import CALIBRATION_PROMPTS


def test_no_prompt_is_in_two_sets() -> None:
    together = [*TUNE, *TRAIN, *REPORT]
    assert len(together) >= 80
    assert len({prompt.lower() for prompt in together}) == len(together)


def test_the_prompts_of_a_split_differ_from_those_that_are_judged() -> None:
    for of_duels, judged in SPLITS.values():
        assert not set(of_duels) & set(judged)


def test_calibration_uses_tuning_prompts_only() -> None:
    assert TUNE[: len(CALIBRATION_PROMPTS)] == CALIBRATION_PROMPTS
