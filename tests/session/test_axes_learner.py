"""The default learner: what it starts from, and what duels tell it about the model."""

from __future__ import annotations

import numpy as np

from tpop_cli.core.axes import AXES
from tpop_cli.core.features import FEATURES
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.store.profile import Profile
from tpop_cli.store.response_matrices import starter_response

from ..fakes import FakeEngine
from .sessions import CHAT, session

POLES = [pole.name for axis in AXES for pole in axis.poles]


def test_an_unknown_model_has_half_the_starters_response() -> None:
    learner = AxesLearner(FakeEngine(), Profile("work"))
    half = 0.5 * starter_response().matrix(POLES, FEATURES)
    np.testing.assert_allclose(learner.taste.reward.B, half)


def test_duels_on_this_model_refine_its_response_and_a_new_session_knows_them() -> None:
    work = session()
    before = work.taste.reward.B
    for _ in range(3):
        work.pick(work.duel(CHAT), "tie")  # also a tie shows what the poles do
    after = work.taste.reward.B
    assert np.abs(after - before).max() > 0
    again = AxesLearner(work.engine, Profile("work"))
    np.testing.assert_allclose(again.taste.reward.B, after)


def test_duels_on_another_model_say_nothing_of_this_one() -> None:
    work = session()
    work.pick(work.duel(CHAT), "first")
    other = FakeEngine()
    other.info = type(other.info)("other", "other.gguf", "07e4")
    learner = AxesLearner(other, Profile("work"))
    half = 0.5 * starter_response().matrix(POLES, FEATURES)
    np.testing.assert_allclose(learner.taste.reward.B, half)
    assert learner.taste.n == 1  # what was picked counts all the same
