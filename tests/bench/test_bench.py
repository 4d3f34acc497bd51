"""The benches measure what they say, on an engine in memory and on users whose taste is known."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tpop_cli.bench.answer_cache import AnswerCache, AnswerKey, wanted
from tpop_cli.bench.poles import quotes, repeated
from tpop_cli.bench.progress import ProgressMeter
from tpop_cli.bench.prompts import REPORT, TRAIN, TUNE
from tpop_cli.bench.simulate import POLICIES, REWARDS, Learner, Setting, play, play_user
from tpop_cli.bench.taste import Bench, Plan, rate, report
from tpop_cli.bench.taught import Result
from tpop_cli.bench.users import CONSISTENT, DIFFICULT, USERS, User
from tpop_cli.core.axes import AXES
from tpop_cli.core.features import FEATURES
from tpop_cli.session.calibrate import Measured, response_from
from tpop_cli.store.response_matrices import starter_response
from tpop_cli.ui.bench import taste_report

from ..fakes import FakeEngine


def test_prompts_are_kept_apart() -> None:
    together = [*TUNE, *TRAIN, *REPORT]
    assert len(together) >= 80
    assert len({p.lower() for p in together}) == len(together)


BETTER = {
    "short": ("Yes.", "Yes, it is so, and more."),
    "long": ("Yes, it is so, and more.", "Yes."),
    "simple words": ("the dog can run to the water", "canine locomotion facilitates hydration"),
    "academic": (
        "The phenomenon demonstrates considerable complexity.",
        "It is a big one. It is so.",
    ),
    "lists": ("- one\n- two", "one and two"),
    "prose": ("one and two", "- one\n- two"),
    "upbeat": ("What a wonderful, happy day!", "It is a day."),
    "sober": ("It is a day.", "What a wonderful, happy day!"),
    "addresses the reader": ("You can do it.", "It can be done."),
    "impersonal": ("It can be done.", "You can do it, I think."),
    "vivid": ("golden leaves whisper in the cold wind", "data are stored in tables"),
    "concrete": ("In 1969 two people, Armstrong and Aldrin, landed.", "People landed once."),
    "question at the end": ("It is so. What do you think?", "It is so."),
    "short and upbeat": (
        "Great, yes!",
        "It is so, and it has been so for a very long time indeed, as all know. " * 4,
    ),
}


@pytest.mark.parametrize("user", CONSISTENT, ids=lambda u: u.name)
def test_a_users_taste_is_what_its_name_says(user: User) -> None:
    better, worse = BETTER[user.name]
    assert user.prefers(better, worse) == 1.0
    assert user.prefers(worse, better) == 0.0
    assert user.outcome(better, worse, 0, np.random.default_rng(0)) == 1.0


def test_there_are_twelve_users_or_more_and_the_difficult_ones() -> None:
    assert len(CONSISTENT) >= 12
    noisy, indifferent, turning, _ = DIFFICULT
    rng = np.random.default_rng(0)
    better, worse = BETTER["simple words"]
    assert 0.8 < np.mean([noisy.outcome(better, worse, 0, rng) for _ in range(1000)]) < 0.9
    assert 0.45 < np.mean([indifferent.outcome("a", "bb", 0, rng) for _ in range(1000)]) < 0.55
    assert turning.outcome("a", "bb", 19, rng) == 1.0
    assert turning.outcome("a", "bb", 20, rng) == 0.0
    assert (turning.prefers("a", "bb", 20), turning.prefers("a", "bb", 21)) == (1.0, 0.0)
    assert USERS["short"].outcome("a", "b", 0, rng) == 0.5


def test_quoting_and_repetition() -> None:
    assert quotes(["Please be very friendly, upbeat!"], "Sure: be very friendly, upbeat, I am.")
    assert not quotes(["Please be very friendly, upbeat!"], "I am friendly and upbeat.")
    assert repeated([1, 2, 3, 4, 1, 2, 3, 4]) == pytest.approx(1 / 5)
    assert repeated([1, 2]) == 0


def test_the_response_is_the_shift_against_plain_answers() -> None:
    answers = [
        Measured(pole, f"p{i}", "One two three. " * (8 if not pole else 2))
        for i in range(6)
        for pole in ("", "", "brief")
    ]
    B = response_from(answers).matrix(["brief"], FEATURES)[0]
    assert B[FEATURES.index("length")] < -1
    assert B[FEATURES.index("sentence length")] == pytest.approx(0, abs=1e-9)


def test_intervals_hold_their_mean_and_narrow_with_more() -> None:
    wins = np.random.default_rng(0).integers(0, 2, (3, 4, 40)).astype(float)
    few, many = rate(wins[:, :1, :5]), rate(wins)
    assert many.low <= many.mean <= many.high
    assert many.high - many.low < few.high - few.low
    assert Result({}, (1.0, 0.0, 1.0, 1.0)).win_rate == 0.75


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[AnswerCache]:
    yield AnswerCache(FakeEngine(), AXES, tmp_path, max_tokens=12)


def test_the_bank_decodes_once_and_remembers(bank: AnswerCache, tmp_path: Path) -> None:
    keys = [wanted("why", {}, 1), wanted("why", {"length": 1.0}, 1), wanted("why", {}, 1)]
    meter = ProgressMeter()
    assert len(bank.missing(keys)) == 2
    assert bank.fill(keys, meter.advance)
    assert bank.fill(keys, meter.advance)
    assert meter.done == len(bank) == 2
    assert not bank.missing(keys)
    again = AnswerCache(FakeEngine(), AXES, tmp_path, max_tokens=12)
    assert len(again) == 2
    assert again[keys[1]] == bank[keys[1]]
    assert again.surprise(keys[0]) == pytest.approx(bank.surprise(keys[0]))
    assert (
        len(AnswerCache(FakeEngine(), AXES, tmp_path, max_tokens=13)) == 0
    )  # other settings, another bank


def test_a_bank_cut_short_is_read(bank: AnswerCache, tmp_path: Path) -> None:
    bank.fill([wanted("why", {}, 1)])
    (file,) = tmp_path.glob("bank-*.jsonl")
    file.write_text(file.read_text() + '{"key": {"pro')
    assert len(AnswerCache(FakeEngine(), AXES, tmp_path, max_tokens=12)) == 1


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("reward", REWARDS)
def test_every_policy_plays_and_only_learners_learn(
    bank: AnswerCache, policy: str, reward: str
) -> None:
    setting = Setting(AXES, starter_response(), TRAIN[:4], REPORT[:2], (0, 2, 6))
    run = play_user(USERS["short"], Learner(policy, reward), 0, setting)
    (trace,) = play([run], bank, 6, ProgressMeter())
    assert sorted(trace.strengths) == [0, 2, 6]
    assert trace.strengths[0] == {}
    if policy == "no learning":
        assert trace.strengths[6] == {}


def test_the_oracle_takes_a_second_pole_where_it_serves(
    bank: AnswerCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers are made up here: one likes 'short' and 'upbeat', and each of two poles brings one of them."""
    bench = Bench(
        bank, Plan(users=("short and upbeat",), n_judged=3, n_choose=4), starter_response()
    )
    worth = {("length", 1.0): 0.6, ("tone", 1.0): 0.3}

    def against(_user: object, keys: Sequence[AnswerKey]) -> list[float]:
        return [sum(worth.get(one, -0.5) for one in key.strengths) for key in keys]

    monkeypatch.setattr(bench, "against_base", against)
    (found,) = bench.oracles(["short and upbeat"]).values()
    assert found[0] == {"length": 1.0, "tone": 1.0}
    assert found[1] == pytest.approx([0.9] * 3)


def test_the_meter_tells_the_stage_and_what_is_left(bank: AnswerCache) -> None:
    told: list[tuple[str, int, int]] = []
    plan = Plan(
        users=("short", "long"), counts=(0, 3), seeds=1, split="tune", n_judged=3, n_choose=2
    )
    report(
        Bench(bank, plan, starter_response(), meter=ProgressMeter(lambda *now: told.append(now)))
    )
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == [
        "duels",
        "judging",
        "oracle: a pole",
        "oracle: two poles",
        "oracle: judging",
        "perplexities",
    ]
    assert all(0 <= done <= total for _, done, total in told)
    for stage in stages:
        *_, (_, done, total) = [now for now in told if now[0] == stage]
        assert done == total, stage


def test_the_report_is_whole_and_drawn(bank: AnswerCache) -> None:
    learners = (
        Learner(),
        Learner("no learning"),
        Learner(reward="strengths alone"),
        Learner(ask="auto"),
    )
    plan = Plan(learners, ("short", "indifferent"), (0, 3), 2, "tune", n_judged=3, n_choose=2)
    result = report(Bench(bank, plan, starter_response()))
    assert json.loads(json.dumps(result))["plan"]["seeds"] == 2
    names = [one["name"] for one in result["learners"]]
    assert names == ["ucb", "no learning", "ucb, strengths alone", "ucb, asking when it helps"]
    assert set(result["oracle"]["users"]) == {"short"}
    for one in result["learners"]:
        assert set(one["users"]) == {"short", "indifferent"}
        start = one["consistent"]["0"]
        assert 0 <= start["low"] <= start["mean"] <= start["high"] <= 1
    idle = result["learners"][1]
    assert (
        idle["consistent"]["0"] == idle["consistent"]["3"]
    )  # who learns nothing stays where it was
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(taste_report(result))
    text = console.export_text()
    assert "short" in text and "oracle" in text and "turns" in text and "Behind ucb" in text
