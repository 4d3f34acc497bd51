"""Picks for tests, and a comparison of profiles."""

from __future__ import annotations

import numpy as np

from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.store.profile import Profile


def make_pick(n: int = 0, verdict: Verdict = "exploit") -> Pick:
    """The n-th example: two random texts."""
    rng = np.random.default_rng(n)
    texts = [
        " ".join(
            ["word", "another!", "you"][k] for k in rng.integers(0, 3, 1 + int(rng.integers(40)))
        )
        for _ in "ab"
    ]
    return Pick(
        id=0,
        time="2026-01-01T10:00:00+00:00",
        prompt=f"question {n} ☃",
        exploit=Candidate(texts[0], {"length": 1.0}, n, "stop"),
        explore=Candidate(texts[1], {"tone": -1.0}, n + 1, "length"),
        verdict=verdict,
        left="explore",
        predicted=0.5,
        seconds=1.5,
        source="ask",
        model="m",
        fingerprint="f",
    )


def taught(name: str, n: int) -> Profile:
    """A profile with the first n examples."""
    profile = Profile(name)
    for i in range(n):
        profile.record(make_pick(i))
    return profile


def same(a: Profile, b: Profile) -> bool:
    """Whether two profiles hold the same taste, bit by bit."""
    return (
        np.array_equal(a.posterior.mean, b.posterior.mean)
        and np.array_equal(a.posterior.precision, b.posterior.precision)
        and a.n_picks == b.n_picks
        and a.taste.n == b.taste.n
        and a.taste.log_bayes_factor == b.taste.log_bayes_factor
        and [o.log_p for o in a.taste.recent] == [o.log_p for o in b.taste.recent]
    )
