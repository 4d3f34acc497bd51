"""A simulated run is the program's session, and an equal run decodes nothing."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.bench.answer_cache import AnswerCache
from tpop_cli.bench.simulate import Setting, Trace, Variant, compared, verdict
from tpop_cli.bench.user_groups import USERS
from tpop_cli.core.asking import AskRules
from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Pick, Verdict
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.duel import Key
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from ..fakes import FakeEngine
from .example_runs import SETTING, StoppableEngine, batches, player, setting, traces_of

MANY = setting(counts=(0, 3, 10))


def played(
    cache: AnswerCache, folder: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> tuple[Trace, Profile]:
    """The trace of one run, and its profile, which stays in a folder."""
    monkeypatch.setattr("tempfile.TemporaryDirectory", lambda: nullcontext(str(folder)))
    (trace,) = traces_of(cache, [player("short", seed=3)], setting)
    return trace, Profile("bench", AXES, folder / "0")


def key_for(verdict: Verdict, left: str) -> Key:
    """The key with which a user who sees both answers gives this verdict."""
    if verdict == "tie":
        return "="
    return "1" if verdict == left else "2"


def without_time(picks: list[Pick]) -> list[Pick]:
    return [replace(pick, time="") for pick in picks]


def test_a_run_is_the_programs_session(
    cache: AnswerCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same picks, made by hand in a session as commands open it, give the same profile."""
    trace, profile = played(cache, tmp_path / "run", MANY, monkeypatch)
    picks = profile.picks()
    assert len(picks) == trace.n_duels == 10
    assert len({pick.verdict for pick in picks}) > 1

    by_hand = Profile("hand", AXES, tmp_path)
    learner = AxesLearner(cache.engine, by_hand, response=(MANY.response, True))
    options = SessionOptions(MANY.sampling, MANY.max_tokens, seed=3, source="bench")
    session = Session(cache.engine, learner, options, cache)
    strengths = {0: session.strengths()}
    for n, pick in enumerate(picks, 1):
        duel = session.duel(pick.prompt)
        assert duel.left == pick.left
        session.pick(duel, key_for(pick.verdict, duel.left))
        strengths[n] = session.strengths()

    assert without_time(by_hand.picks()) == without_time(picks)
    assert np.array_equal(by_hand.posterior.mean, profile.posterior.mean)
    assert np.array_equal(by_hand.posterior.precision, profile.posterior.precision)
    assert [o.log_p for o in by_hand.taste.recent] == [o.log_p for o in profile.taste.recent]
    assert trace.strengths == {n: strengths[n] for n in MANY.counts}
    fresh = Profile("fresh", AXES, tmp_path).posterior.mean
    assert np.abs(profile.posterior.mean - fresh).max() > 0.05


def test_the_user_makes_the_picks(
    cache: AnswerCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace, profile = played(cache, tmp_path / "run", MANY, monkeypatch)
    rng, picks = np.random.default_rng(0), profile.picks()
    for pick in picks:
        outcome = USERS["short"].outcome(pick.exploit.text, pick.explore.text, 0, rng)
        assert pick.verdict == verdict(outcome)
    clear = [pick.predicted_correctly for pick in picks]
    assert trace.predicted_correctly == [right for right in clear if right is not None]


def test_a_second_play_decodes_nothing(cache: AnswerCache, tmp_path: Path) -> None:
    first = traces_of(cache)
    before = batches(cache)
    assert before
    assert traces_of(cache) == first
    assert batches(cache) == before
    reopened = AnswerCache(FakeEngine(), tmp_path / "cache")
    assert traces_of(reopened) == first
    assert batches(reopened) == []


def test_runs_are_independent_of_the_runs_beside_them(cache: AnswerCache) -> None:
    players = [player("short"), player("long"), player("short", seed=1)]
    together = traces_of(cache, players)
    assert [trace.user for trace in together] == ["short", "long", "short"]
    for one, trace in zip(players, together, strict=True):
        assert traces_of(cache, [one]) == [trace]


def test_runs_share_the_answers_of_their_first_duels(cache: AnswerCache) -> None:
    """All runs begin without a taste, so with one prompt their first duels are equal."""
    one_turn = setting(counts=(0, 1), prompts=SETTING.prompts[:1])
    traces_of(cache, [player("short")], one_turn)
    before = batches(cache)
    traces_of(cache, [player("long"), player("lists")], one_turn)
    assert batches(cache) == before


def test_asking_when_it_helps_takes_fewer_duels(cache: AnswerCache) -> None:
    rules = AskRules(min_picks=2, min_gain=1e6, recheck_every=4, recent_misses=2)
    many = setting(counts=(0, 12), asking=rules)
    always, auto = traces_of(cache, [player(), player(variant=Variant(ask="auto"))], many)
    assert always.n_duels == 12
    assert 2 <= auto.n_duels < 12


def test_the_stop_flag_interrupts_a_play_and_keeps_what_was_decoded(tmp_path: Path) -> None:
    cache = AnswerCache(StoppableEngine(), tmp_path)
    begun = setting(counts=(0, 1))
    (trace,) = traces_of(cache, setting=begun)
    cache.engine.stop.set()
    with pytest.raises(KeyboardInterrupt):
        traces_of(cache)
    cache.engine.stop.clear()
    before = batches(cache)
    assert traces_of(cache, setting=begun) == [trace]
    assert batches(cache) == before


def test_one_thing_at_a_time_is_changed_from_the_first_variant() -> None:
    variants = compared(["ucb", "thompson"], ["axes", "strengths alone"], ["always", "auto"])
    assert [str(variant) for variant in variants] == [
        "ucb",
        "thompson",
        "ucb, strengths alone",
        "ucb, asking when it helps",
    ]


def test_a_verdict_is_about_the_exploit_arm() -> None:
    assert [verdict(outcome) for outcome in (1.0, 0.0, 0.5)] == ["exploit", "explore", "tie"]
