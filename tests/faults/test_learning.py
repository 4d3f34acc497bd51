"""Whatever is picked: numbers stay finite, V symmetric positive definite, files small."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Candidate, Pick, learn_pick
from tpop_cli.core.response import ResponseMatrix
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.taste import Taste
from tpop_cli.store.profile import MAX_STATE, Profile

from ..store.test_profile import make_pick
from . import count

TEXTS = ["Yes.", "It is so, and so on, and on.", "- one\n- two\n- three", "You! Ask me that? Why?", "x " * 3000, ""]


def random_pick(rng: np.random.Generator, verdict: str) -> Pick:
    def candidate() -> Candidate:
        axis = AXES[int(rng.integers(len(AXES)))].name
        return Candidate(str(rng.choice(TEXTS)), {axis: float(rng.choice([-1.0, 1.0, 1.5]))}, 1, "stop")

    return Pick(1, "", "q", candidate(), candidate(), verdict, "exploit", 0.5, None, "t", "m", "f")  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["flipped 10%", "flipped 20%", "coin", "always exploit", "alternating"])
def test_the_posterior_stays_sound(how: str) -> None:
    rng = np.random.default_rng(1)
    taste = Taste.fresh(AxesReward.fresh(AXES, ResponseMatrix({})))
    for n in range(count(300, 10_000)):
        shorter_wins = rng.random() > {"flipped 10%": 0.1, "flipped 20%": 0.2}.get(how, 0.5)
        pick = random_pick(rng, "exploit")
        shorter = "exploit" if len(pick.exploit.text) <= len(pick.explore.text) else "explore"
        other = "explore" if shorter == "exploit" else "exploit"
        verdict = {"always exploit": "exploit", "alternating": ("exploit", "explore")[n % 2]}.get(
            how, shorter if shorter_wins else other
        )
        taste = learn_pick(taste, Pick(**{**pick.__dict__, "verdict": verdict}))
    V = taste.reward.posterior.precision
    assert np.isfinite(taste.reward.posterior.mean).all() and np.isfinite(V).all()
    np.testing.assert_allclose(V, V.T)
    np.linalg.cholesky(V)
    solved = taste.reward.posterior.solve(V)
    assert np.abs(solved - np.eye(len(V))).max() < 1e-6


def test_a_profile_of_many_picks_stays_small() -> None:
    profile = Profile("work")
    profile.extend([make_pick(n) for n in range(count(200, 10_000))])
    size = (profile.folder / "state.json").stat().st_size
    assert size < 200_000 < MAX_STATE
    before = profile.posterior.mean.copy()
    made = profile.record(make_pick(3))
    start = time.perf_counter()
    profile.undo(made.id)
    assert time.perf_counter() - start < 0.5  # not folded anew
    assert [pick.id for pick in profile.recent(1)] == [made.id - 1]
    np.testing.assert_allclose(profile.posterior.mean, before, atol=1e-12)
