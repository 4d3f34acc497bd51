"""The taste bench: what is played, its stages, its report and its intervals."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import numpy as np
import pytest
from rich.console import Console

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.judging import Judging
from tpop_cli.bench.progress import ProgressMeter
from tpop_cli.bench.prompts import REPORT, TRAIN, TUNE
from tpop_cli.bench.simulate import Player, Setting, Trace, Variant
from tpop_cli.bench.taste import TastePlan, play_plan, rate, report
from tpop_cli.ui.bench import taste_report

from .example_runs import RESPONSE


def judging_of(plan: TastePlan, cache: AnswerCache, meter: ProgressMeter | None = None) -> Judging:
    return Judging(cache, plan.setting(RESPONSE, max_tokens=12), meter or ProgressMeter())


def test_intervals_contain_their_mean_and_are_narrower_with_more_answers() -> None:
    wins = np.random.default_rng(0).integers(0, 2, (3, 4, 40)).astype(float)
    few, many = rate(wins[:, :1, :5]), rate(wins)
    assert many.low <= many.mean <= many.high
    assert many.high - many.low < few.high - few.low
    assert str(rate(np.ones((1, 1, 1)))) == "1.00 [1.00, 1.00]"


def test_a_plan_takes_its_prompts_from_one_split() -> None:
    reported = TastePlan(n_prompts=3, n_judged=2).setting(RESPONSE)
    assert (reported.prompts, reported.judged) == (TRAIN[:3], REPORT[:2])
    assert TastePlan().setting(RESPONSE).judged == REPORT
    tuned = TastePlan(split="tune").setting(RESPONSE)
    assert {*tuned.prompts, *tuned.judged} <= {*TUNE}


def test_runs_of_the_neural_reward_are_played_by_their_own_player(cache: AnswerCache) -> None:
    plan = TastePlan(
        (Variant(), Variant(reward="neural")), ("short",), (0, 1), seeds=2, n_judged=1, n_choose=0
    )
    given: list[Player] = []

    def play_neural(players: Sequence[Player], _: Setting) -> list[Trace]:
        given.extend(players)
        return [Trace(player.user.name, player.variant, player.seed) for player in given]

    traces = play_plan(plan, judging_of(plan, cache), play_neural)
    rewards = [(trace.variant.reward, trace.seed) for trace in traces]
    assert rewards == [("axes", 0), ("axes", 1), ("neural", 0), ("neural", 1)]
    assert [player.variant.reward for player in given] == ["neural", "neural"]
    with pytest.raises(AssertionError):
        play_plan(plan, judging_of(plan, cache))


def test_the_meter_shows_every_stage_to_its_end(cache: AnswerCache) -> None:
    shown: list[tuple[str, int, int]] = []
    plan = TastePlan(
        users=("short", "long"), counts=(0, 3), seeds=1, split="tune", n_judged=3, n_choose=2
    )
    report(plan, judging_of(plan, cache, ProgressMeter(lambda *now: shown.append(now))))
    stages = list(dict.fromkeys(stage for stage, _, _ in shown))
    assert stages == [
        "duels",
        "judging",
        "oracle: one pole",
        "oracle: two poles",
        "oracle: judging",
        "perplexities",
    ]
    assert all(0 <= done <= total for _, done, total in shown)
    for stage in stages:
        *_, (_, done, total) = [now for now in shown if now[0] == stage]
        assert done == total, stage


def test_the_report_is_complete_and_drawn(cache: AnswerCache) -> None:
    learners = (
        Variant(),
        Variant("no learning"),
        Variant(reward="strengths alone"),
        Variant(ask="auto"),
    )
    users = ("short", "60 words", "soft", "indifferent")
    plan = TastePlan(learners, users, (0, 3), 2, "tune", n_judged=3, n_choose=2)
    result = report(plan, judging_of(plan, cache))
    assert json.loads(json.dumps(result))["plan"]["seeds"] == 2
    names = [one["name"] for one in result["learners"]]
    assert names == ["ucb", "no learning", "ucb, strengths alone", "ucb, asking when it helps"]
    assert set(result["oracle"]["users"]) == {"short", "60 words", "soft"}
    assert result["groups"] == {
        "extremes": ["short"],
        "middle": ["60 words"],
        "manners": ["soft"],
        "crowd": [],
    }
    for one in result["learners"]:
        assert set(one["users"]) == {*users}
        for group in ("extremes", "middle", "manners"):
            start = one[group]["0"]
            assert 0 <= start["low"] <= start["mean"] <= start["high"] <= 1
    idle = result["learners"][1]
    assert idle["extremes"]["0"] == idle["extremes"]["3"]  # no learning changes nothing
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(taste_report(result))
    text = console.export_text()
    for words in ("short", "users with a middle", "oracle", "turns", "Behind ucb", "prediction"):
        assert words in text


def test_a_plan_without_an_oracle_reports_none(cache: AnswerCache) -> None:
    plan = TastePlan(users=("short",), counts=(0, 1), seeds=1, n_judged=2, n_choose=0)
    result = report(plan, judging_of(plan, cache))
    assert result["oracle"] == {"mean": None, "users": {}}
