"""Shared checks that every learner passes: add a new one to `LEARNERS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tpop_cli.bench.policies import NullLearner
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.protocol import Engine, Sampling
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.duel import Duel
from tpop_cli.session.learner import Learner
from tpop_cli.session.make_learner import make_learner
from tpop_cli.session.neural_learner import NeuralLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.settings import SETTINGS
from tpop_cli.store.profile import Profile

from ..decoding.test_lookahead import CHAT, RULES, load

LEARNERS: dict[str, Callable[[Engine, Profile], Learner]] = {
    "axes": AxesLearner,
    "neural": lambda engine, profile: NeuralLearner(engine, profile, RULES),
    "null": lambda _, profile: NullLearner(profile),
}
REMEMBERS = ("axes", "neural")
"""Those that learn at all."""


@pytest.fixture(scope="module")
def engine(tiny_path: Path) -> Iterator[LlamaEngine]:
    with load(tiny_path) as loaded:
        yield loaded


@pytest.fixture(params=LEARNERS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def session_of(engine: Engine, name: str, profile: str = "work", seed: int = 3) -> Session:
    learner = LEARNERS[name](engine, Profile(profile))
    options = SessionOptions(Sampling(temperature=0), max_tokens=8, seed=seed)
    return Session(engine, learner, options)


def taught(engine: Engine, name: str, profile: str = "work", n: int = 3) -> Session:
    session = session_of(engine, name, profile)
    for _ in range(n):
        session.learn(session.duel(CHAT), "explore")
    session.close()
    return session


def state_of(session: Session) -> tuple[object, ...]:
    """What decides the next turn: how a single answer is steered, both arms, the prediction."""
    session.close()
    answer = session.answer(CHAT)
    assert answer is not None
    taste = session.taste
    means = taste.reward.posterior.mean.round(12).tolist()
    return session.strengths(), session.learner.choose(), answer.text, taste.n, means


def test_same_profile_and_seed_give_the_same_duel(engine: LlamaEngine, name: str) -> None:
    first, second = (session_of(engine, name).duel(CHAT) for _ in range(2))
    assert first.complete
    assert [arm.tokens for arm in first.arms] == [arm.tokens for arm in second.arms]
    assert (first.left, first.strengths) == (second.left, second.strengths)
    assert first.predicted == pytest.approx(second.predicted)


def test_choosing_and_predicting_change_nothing(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name)
    before = state_of(session)
    for _ in range(2):
        session.learner.choose()
        session.should_ask()
        duel = session.duel(CHAT)
        session.learner.predict(duel)
    session.close()
    assert session.strengths() == before[0]
    assert session.taste.n == before[3]
    assert Profile("work").n_picks == 3


def test_a_prediction_is_a_probability(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name)
    assert 0.0 <= session.learner.predict(session.duel(CHAT)) <= 1.0


def test_a_skip_ranks_nothing(engine: LlamaEngine, name: str) -> None:
    session = session_of(engine, name)
    before = state_of(session)
    session.learn(session.duel(CHAT), "skip")
    after = state_of(session)
    assert (after[0], after[2], after[4]) == (before[0], before[2], before[4])  # B may be refined


def test_a_new_learner_on_the_same_profile_knows_the_same(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name)
    again = session_of(engine, name)
    assert state_of(again)[:4] == state_of(session)[:4]


def test_an_undone_pick_leaves_no_trace(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name, n=2)
    before = state_of(session)
    session.learn(session.duel(CHAT), "exploit")
    session.undo()
    assert state_of(session) == before


def test_a_duel_that_was_stopped_teaches_nothing(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name, n=1)
    before = state_of(session)
    steps = session.duel_steps(CHAT)
    duel: Duel = next(steps)
    steps.close()
    assert not duel.complete
    assert state_of(session) == before


def test_profiles_do_not_touch(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name, "one")
    fresh = state_of(session_of(engine, name, "fresh"))
    session.use(Profile("two"))
    assert state_of(session) == fresh
    session.use(Profile("one"))
    assert session.profile is not None
    assert session.profile.n_picks == 3


@pytest.mark.parametrize("learner", REMEMBERS)
def test_picks_are_learned(engine: LlamaEngine, learner: str) -> None:
    assert state_of(taught(engine, learner, "a")) != state_of(session_of(engine, learner, "b"))


def test_many_prompts_are_answered_in_order_as_alone(engine: LlamaEngine, name: str) -> None:
    session = taught(engine, name)
    prompts = ["hello", "and now?"]
    together = [arm.tokens for arm in session.answer_many(prompts)]
    assert len(together) == 2
    alone = [session.answer(prompt) for prompt in prompts]
    assert together == [arm.tokens for arm in alone if arm]


def test_every_reward_that_can_be_set_has_a_learner(engine: LlamaEngine) -> None:
    for reward in SETTINGS["reward"].choices:
        assert reward in LEARNERS
        learner = make_learner(reward, engine, Profile(reward))
        assert type(learner) is type(LEARNERS[reward](engine, Profile("other")))
        learner.close()
