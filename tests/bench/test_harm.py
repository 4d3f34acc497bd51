"""The harm bench on the engine in memory: what it asks for, and what its report has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tpop_cli.bench.answer_cache import AnswerCache, CachedAnswer
from tpop_cli.bench.harm import HarmBench, HarmPlan
from tpop_cli.bench.harm_outcomes import (
    MEASURES,
    CodeChecks,
    harm_outcomes,
    mean_tokens,
    style_wins,
)
from tpop_cli.bench.harm_tasks import HARM_SPLITS
from tpop_cli.bench.harm_users import PAIRS, STYLE_USERS, TAUGHT
from tpop_cli.bench.user_groups import USERS
from tpop_cli.bench.users import TUNING
from tpop_cli.core.axes import AXES

from .example_runs import StoppableEngine

POLES = [pole.name for axis in AXES for pole in axis.poles]
PLAN = HarmPlan(("brief", "warm"), n_duels=2, taught=1, n_tasks=1, max_tokens=8)
TASKS = HARM_SPLITS["report"].first(1)

GOOD = (
    "```python\ndef add(a, b):\n    return a + b\n```",
    "It is Paris.",
    "Der Himmel ist blau, weil die Luft das Licht streut.",
    "Le ciel est bleu parce que l'air diffuse la lumière.",
    "El cielo es azul porque el aire dispersa la luz.",
    "因为空气散射蓝光。",
    "Say that you are sorry, and listen to his side.",
)
BAD = (
    "```python\ndef add(a, b):\n    return a - b\n",
    "It is Lyon.",
    *["The sky is blue because the air scatters the light of the sun."] * 4,
    "How can I help you today? Please answer in one or two short sentences.",
)


def bench(cache: AnswerCache, **changes: Any) -> HarmBench:
    return HarmBench(replace(PLAN, **changes), cache)


def answers(texts: tuple[str, ...], finish_reason: str = "stop") -> list[CachedAnswer]:
    return [CachedAnswer(text, (1, 2), finish_reason) for text in texts]


# -- outcomes --------------------------------------------------------------------------------------


def test_good_answers_keep_everything_and_bad_ones_nothing() -> None:
    instructions = ["Please answer in one or two short sentences."]
    found = harm_outcomes(TASKS, [answers(GOOD), answers(BAD)], instructions, CodeChecks())
    assert set(found) == set(MEASURES)
    for name in ("code", "facts", "language", "topic", "fences"):
        assert found[name][0].all(), name
        assert not found[name][1].any(), name
    assert found["quoting"].tolist() == [[0] * 7, [0] * 6 + [1]]


def test_an_answer_that_was_cut_may_leave_its_fence_open() -> None:
    found = harm_outcomes(TASKS, [answers(BAD, "length")], (), CodeChecks())
    assert found["fences"].all()


def test_the_style_is_won_by_users_on_the_open_questions() -> None:
    short = answers((*BAD[:-1], "Yes."))
    (terse,) = STYLE_USERS["brief"]
    assert style_wins(TASKS, [terse], [short], [answers(GOOD)]) == np.array([[1.0]])
    (long,) = STYLE_USERS["detailed"]
    both = style_wins(TASKS, [terse, long], [short], [answers((*GOOD[:-1], "No. No. No."))])
    assert both == np.array([[0.5]])
    assert style_wins(TASKS, [], [short], [answers(GOOD)]) is None
    assert mean_tokens([short]) == 2


def test_equal_answers_are_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(
        "tpop_cli.bench.harm_outcomes.passes", lambda *job: bool(calls.append(job)) or True
    )
    checks = CodeChecks()
    assert checks.passes(TASKS.code[0], "x")
    assert checks.passes(TASKS.code[0], "x")
    assert len(calls) == 1


# -- users and pairs -------------------------------------------------------------------------------


def test_every_pole_has_a_user_who_judges_its_style() -> None:
    assert set(STYLE_USERS) >= set(POLES)
    assert {user for users in STYLE_USERS.values() for user in users} & set(TUNING)


@pytest.mark.parametrize(
    ("pole", "better", "worse"),
    [
        ("casual", "Hey, it's just stuff you're gonna like.", "It is a matter of preference."),
        ("formal", "It is a matter of preference.", "Hey, it's just stuff you're gonna like."),
        ("abstract", "It is a general idea.", "In 1990 about 12 of 20 did it in Paris."),
    ],
)
def test_users_of_other_styles_like_them(pole: str, better: str, worse: str) -> None:
    (user,) = STYLE_USERS[pole]
    assert user.prefers(better, worse) == 1.0


def test_pairs_and_teachers_exist() -> None:
    axis = {pole.name: axis.name for axis in AXES for pole in axis.poles}
    assert all(axis[a] != axis[b] for a, b in PAIRS)
    assert all(name in USERS for names in TAUGHT.values() for name in names)
    tuning = {user.name for user in TUNING}
    assert set(TAUGHT["tune"]) <= tuning
    assert not set(TAUGHT["report"]) & tuning


# -- the bench -------------------------------------------------------------------------------------


def test_poles_are_measured_in_every_amount_and_pairs_join_them(cache: AnswerCache) -> None:
    measured = bench(cache, amounts=(0.25, 1.0))
    assert {s.name: dict(s.strengths) for s in measured.poles()} == {
        "brief (0.25)": {"length": 0.25},
        "brief": {"length": 1.0},
        "warm (0.25)": {"tone": 0.25},
        "warm": {"tone": 1.0},
    }
    (pair,) = measured.pairs()
    assert pair.name == "brief + warm"
    assert pair.strengths == {"length": 1.0, "tone": 1.0}
    assert len(pair.users) == 2
    assert bench(cache, pairs=False).pairs() == []
    (academic,) = bench(cache, poles=("academic",)).poles()
    assert academic.strengths["words"] < 0


def test_a_profile_is_taught_by_the_programs_sessions(cache: AnswerCache) -> None:
    (taught,) = bench(cache).taught()
    assert taught.name == TAUGHT["report"][0]
    assert bench(cache, n_duels=0).taught() == []


def test_plain_and_steered_answers_have_the_same_prompts_and_seeds(cache: AnswerCache) -> None:
    measured = bench(cache, seeds=2)
    plain, steered = measured.requests({}), measured.requests({"length": 1.0})
    assert [[r.seed for r in of_seed] for of_seed in plain] == [[0] * 7, [1] * 7]
    for own, base in zip(steered, plain, strict=True):
        for a, b in zip(own, base, strict=True):
            assert (a.seed, a.sampling, a.max_tokens) == (b.seed, b.sampling, b.max_tokens)
            assert a.prompts != b.prompts
            assert dict(a.strengths) == {"length": 1.0}


def test_the_report_has_every_steering_measure_and_difference(cache: AnswerCache) -> None:
    stages = []
    measured = bench(cache, seeds=2)
    measured.progress.show = lambda stage, _done, _total: stages.append(stage)
    result = measured.report(measured.decode())
    assert [(row["kind"], row["name"]) for row in result["steered"]] == [
        ("pole", "brief"),
        ("pole", "warm"),
        ("pair", "brief + warm"),
        ("taught", "short"),
    ]
    for row in result["steered"]:
        for name in MEASURES:
            own, base = row["measures"][name], result["plain"]["measures"][name]
            assert 0 <= own["low"] <= own["mean"] <= own["high"] <= 1
            if name != "quoting":
                expected = own["mean"] - base["mean"]
                assert row["differences"][name]["mean"] == pytest.approx(expected, abs=1e-3)
        assert set(row["languages"]) == {"de", "fr", "es", "zh"}
    assert result["prompts"] == {"code": 1, "facts": 1, "language": 4, "topics": 1}
    poles = result["steered"][:2]
    mean = np.mean([row["differences"]["topic"]["mean"] for row in poles])
    assert result["mean_of_poles"]["differences"]["topic"]["mean"] == pytest.approx(mean, abs=1e-3)
    assert list(dict.fromkeys(stages)) == ["duels", "answers", "running code"]


def test_a_second_run_decodes_nothing(cache: AnswerCache) -> None:
    first, again = bench(cache), bench(cache)
    found = first.report(first.decode())
    n = len(cache)
    assert again.report(again.decode()) == found
    assert len(cache) == n


def test_an_interrupt_ends_the_bench(tmp_path: Any) -> None:
    engine = StoppableEngine()
    measured = bench(AnswerCache(engine, tmp_path / "cache"), n_duels=0)
    engine.stop.set()
    with pytest.raises(KeyboardInterrupt):
        measured.decode()


def test_without_poles_there_is_no_mean_of_them(cache: AnswerCache) -> None:
    measured = bench(cache, poles=(), n_duels=0)
    result = measured.report(measured.decode())
    assert result["steered"] == []
    assert result["mean_of_poles"]["style"] is None
