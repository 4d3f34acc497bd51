"""Judging answers against the base model's, and by what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tpop_cli.bench.answer_cache import AnswerCache, AnswerKey
from tpop_cli.bench.judging import Judging
from tpop_cli.bench.simulate import Trace, Variant
from tpop_cli.bench.user_groups import USERS
from tpop_cli.decoding.arm import Arm, ArmRequest

from .example_runs import SETTING, StoppableEngine, player, setting, traces_of


def put_answers(judging: Judging, texts: Sequence[str]) -> list[AnswerKey]:
    """Answers to the judged prompts with these texts; all base answers are "One two three."."""
    cache, judged = judging.cache, judging.setting.judged
    for request in judging.base(judged):
        cache.put(request, Arm(request, "One two three.", [1, 2, 3, 4, 5], "stop"))
    steered = judging.requests(judged, {"length": 1.0}, 0)
    for request, text in zip(steered, texts, strict=True):
        cache.put(request, Arm(request, text, [1, 2, 3, 4, 1, 2, 3, 4], "length"))
    return [*steered]


def test_an_answer_wins_if_the_user_prefers_it_to_the_base_answer(cache: AnswerCache) -> None:
    judging = Judging(cache, setting(judged=["a", "b", "c"]))
    keys = put_answers(judging, ["One.", "One two three.", "One two three four."])
    assert judging.against_base(USERS["short"], ["a", "b", "c"], keys) == [1.0, 0.5, 0.0]
    reversing = USERS["short, then long"]
    assert judging.against_base(reversing, ["a", "b", "c"], keys, 21) == [0.0, 0.5, 1.0]


def test_wins_are_ordered_by_user_seed_and_prompt(cache: AnswerCache) -> None:
    traces = traces_of(cache, [player(user, seed=s) for user in ("short", "long") for s in (0, 1)])
    judging = Judging(cache, SETTING)
    judging.fill("judging", [key for t in traces for keys in t.judged.values() for key in keys])
    wins = judging.wins(traces, ["long", "lists", "short"], 6)
    assert wins.shape == (2, 2, 2)  # nobody played "lists"
    assert wins[0, 1].tolist() == judging.judged(traces[3], 6)


def test_costs_compare_steered_answers_with_base_answers(cache: AnswerCache) -> None:
    judging = Judging(cache, setting(judged=["Why do cats purr?", "What is tea?"]))
    brief = next(axis.toward.instruction for axis in SETTING.axes if axis.name == "length")
    keys = put_answers(judging, [f"Cats: {brief}", " "])
    trace = Trace("short", Variant(), 0, judged={6: keys})
    cost = judging.cost([trace], 6)
    assert cost.quoting == 0.5
    assert cost.empty == 0.5
    assert cost.on_topic == (0.5, 0.0)
    assert cost.unfinished == (1.0, 0.0)
    assert cost.repeated[0] == pytest.approx(1 / 5)
    assert cost.repeated[1] == 0.0
    assert cost.perplexity_ratio > 0


def test_without_traces_the_costs_are_those_of_base_answers(cache: AnswerCache) -> None:
    judging = Judging(cache, SETTING)
    judging.fill("judging", [])
    cost = judging.cost([], 6)
    assert cost.perplexity_ratio == pytest.approx(1.0)
    assert cost.repeated[0] == cost.repeated[1]


def test_the_oracle_takes_a_second_pole_where_it_helps(
    cache: AnswerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user likes short and upbeat answers; each of two poles brings one of the two."""
    judging = Judging(cache, setting(judged=["a", "b", "c"]))
    worth = {("length", 1.0): 0.6, ("tone", 1.0): 0.3}

    def against(_user: object, _prompts: object, keys: Sequence[AnswerKey]) -> list[float]:
        requests = [key for key in keys if isinstance(key, ArmRequest)]
        return [sum(worth.get(one, -0.5) for one in request.strengths) for request in requests]

    monkeypatch.setattr(judging, "against_base", against)
    ((strengths, wins),) = judging.oracles(["short and upbeat"], 4).values()
    assert strengths == {"length": 1.0, "tone": 1.0}
    assert wins == pytest.approx([0.9] * 3)


def test_the_oracle_keeps_to_one_pole_where_a_second_one_hurts(
    cache: AnswerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging = Judging(cache, setting(judged=["a"]))

    def against(_user: object, _prompts: object, keys: Sequence[AnswerKey]) -> list[float]:
        requests = [key for key in keys if isinstance(key, ArmRequest)]
        return [float(request.strengths == (("tone", 1.0),)) for request in requests]

    monkeypatch.setattr(judging, "against_base", against)
    ((strengths, wins),) = judging.oracles(["upbeat"], 2).values()
    assert (strengths, wins) == ({"tone": 1.0}, [1.0])


def test_the_stop_flag_interrupts_judging(tmp_path: Path) -> None:
    cache = AnswerCache(StoppableEngine(), tmp_path)
    cache.engine.stop.set()
    with pytest.raises(KeyboardInterrupt):
        Judging(cache, SETTING).fill("judging", [])
