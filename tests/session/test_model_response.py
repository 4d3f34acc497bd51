"""The response matrix of a model, as a profile knows it, with and without the model at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tpop_cli.core.axes import AXES, Axis, Pole
from tpop_cli.core.features import FEATURES
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.session.model_response import (
    N0_MEASURED,
    N0_UNKNOWN,
    ModelResponse,
    taste_on_last_model,
)
from tpop_cli.store.profile import Profile
from tpop_cli.store.response_matrices import starter_response

from .sessions import CHAT, session

OWN = Axis("pirate", Pole("pirate", "Arr."), Pole("diplomat", "Sir."), builtin=False)
POLES = [pole.name for axis in AXES for pole in axis.poles]


def test_what_a_profile_shows_is_what_its_last_model_is_steered_by() -> None:
    work = session()
    for _ in range(3):
        work.pick(work.duel(CHAT), "first")
    shown, used = taste_on_last_model(Profile("work")).reward, work.taste.reward
    np.testing.assert_allclose(shown.B, used.B)
    np.testing.assert_array_equal(shown.plain, used.plain)
    np.testing.assert_array_equal(shown.posterior.mean, used.posterior.mean)


def test_a_profile_without_picks_is_shown_as_on_an_unknown_model() -> None:
    half = 0.5 * starter_response().matrix(POLES, FEATURES)
    np.testing.assert_allclose(taste_on_last_model(Profile("new")).reward.B, half)


def test_picks_that_were_steered_otherwise_do_not_refine_the_response() -> None:
    work = session()
    pick = work.pick(work.duel(CHAT), "first")
    assert pick.steer == "contrast"
    profile = Profile("work")
    fingerprint = work.engine.info.fingerprint
    contrast = ModelResponse.of(profile, fingerprint)
    prompt = ModelResponse.of(profile, fingerprint, "prompt")
    assert np.abs(contrast.estimate.B - contrast.fresh.B).max() > 0
    np.testing.assert_allclose(prompt.estimate.B, prompt.fresh.B)
    before = prompt.estimate.B
    prompt.refine(replace(pick, steer="prompt", fingerprint=fingerprint))
    assert np.abs(prompt.estimate.B - before).max() > 0


def test_a_row_that_nobody_measured_follows_the_first_duels() -> None:
    """The ridge estimate of a row after one duel: n0 parts of the prior, one part of the duel."""
    matrix = ResponseMatrix({pole: {"length": 1.0} for pole in POLES})
    profile = Profile("own", [*AXES, OWN])
    found = ModelResponse.of(profile, "f", response=(matrix, True))
    for row in (0, 2 * len(AXES)):
        dz = np.zeros(2 * len(AXES) + 2)
        dz[row] = 1.0
        found.estimate.observe(dz, np.full(len(FEATURES), 5.0))
    length = found.estimate.B[:, FEATURES.index("length")]
    assert np.isclose(length[0], (N0_MEASURED * 1.0 + 5.0) / (N0_MEASURED + 1))
    assert np.isclose(length[2 * len(AXES)], 5.0 / (N0_UNKNOWN + 1))
