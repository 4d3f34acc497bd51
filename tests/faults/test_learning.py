"""Noisy or many picks: numbers stay finite, V symmetric positive definite, files small."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Candidate, Pick, Verdict, learn_pick, pick_difference
from tpop_cli.core.response_matrix import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste
from tpop_cli.store.profile import Profile
from tpop_cli.store.state_files import MAX_STATE

from ..store.example_picks import make_pick
from .report import Figures
from .table import MANY_PICKS, NOISY_PICKS

TEXTS = [
    "Yes.",
    "It is so, and so on, and on.",
    "- one\n- two\n- three",
    "You! Ask me that? Why?",
    "x " * 3000,
    "",
]


def random_pick(rng: np.random.Generator, verdict: Verdict) -> Pick:
    def candidate() -> Candidate:
        axis = AXES[int(rng.integers(len(AXES)))].name
        return Candidate(
            str(rng.choice(TEXTS)), {axis: float(rng.choice([-1.0, 1.0, 1.5]))}, 1, "stop"
        )

    return Pick(1, "", "q", candidate(), candidate(), verdict, "exploit", 0.5, None, "t", "m", "f")


FLIPPED = {
    "none flipped": 0.0,
    "10% flipped": 0.1,
    "20% flipped": 0.2,
    "50% flipped": 0.5,
    "alternating": None,
    "all alike": None,
}


@NOISY_PICKS.shown
@pytest.mark.parametrize("how", FLIPPED)
def test_the_posterior_stays_valid_and_predicts_the_user(how: str, figures: Figures) -> None:
    """The user prefers the shorter answer, with some picks flipped, or picks without reading."""
    rng, n, right = np.random.default_rng(1), NOISY_PICKS.count, []
    taste = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    for i in range(n):
        pick = random_pick(rng, "exploit")
        shorter: Verdict = (
            "exploit" if len(pick.exploit.text) <= len(pick.explore.text) else "explore"
        )
        longer: Verdict = "explore" if shorter == "exploit" else "exploit"
        flipped = FLIPPED[how]
        if flipped is not None:
            pick = replace(pick, verdict=longer if rng.random() < flipped else shorter)
        elif how == "alternating":
            pick = replace(pick, verdict=("exploit", "explore")[i % 2])
        if i > n // 2 and pick.exploit.text != pick.explore.text:
            p_exploit = taste.reward.posterior.predict(pick_difference(taste.reward, pick))
            right.append((p_exploit > 0.5) == (shorter == "exploit"))
        taste = learn_pick(taste, pick)
    V = taste.reward.posterior.precision
    assert np.isfinite(taste.reward.posterior.mean).all() and np.isfinite(V).all()
    np.testing.assert_allclose(V, V.T)
    np.linalg.cholesky(V)
    error = float(np.abs(taste.reward.posterior.solve(V) - np.eye(len(V))).max())
    assert error < 1e-6
    if FLIPPED[how] in (0.0, 0.1, 0.2):
        figures.note(f"{how}: predicts {np.mean(right):.0%}")
        assert np.mean(right) > 1 - (FLIPPED[how] or 0.05)
    figures.add_error("V·V⁻¹ − 1", error)


@MANY_PICKS.shown
def test_a_profile_with_many_picks_stays_small(figures: Figures) -> None:
    profile = Profile("work")
    profile.extend([make_pick(n) for n in range(MANY_PICKS.count)])
    size = (profile.folder / "state.json").stat().st_size
    assert size < 200_000 < MAX_STATE
    figures.note(f"{MANY_PICKS.count:,} picks: state {size / 1000:.0f} KB")
    before = profile.posterior.mean.copy()
    pick = profile.record(make_pick(3))
    start = time.perf_counter()
    profile.undo(pick.id)
    assert time.perf_counter() - start < 0.5  # without a replay of the log
    assert [last.id for last in profile.recent(1)] == [pick.id - 1]
    np.testing.assert_allclose(profile.posterior.mean, before, atol=1e-12)
