"""A profile whose taste is so clear that a duel teaches little."""

from __future__ import annotations

import numpy as np

from tpop_cli.core.axes import AXES
from tpop_cli.core.picks import Candidate, Pick
from tpop_cli.store.profile import Profile

PIECES = (
    "Tea is made from leaves. ",
    "Is it good? ",
    "Great, lovely, wonderful! ",
    "You should try it yourself. ",
    "I think we like it, too. ",
    "- a list\n- of two things\n",
    "**Bold**\n\n",
    "In 1662 it cost 30 shillings, for example. ",
    "Approximately, internationally, characteristically. ",
    "It may perhaps be warm like golden light, a dark river, a sweet dream. ",
)


def teach_clear_taste(name: str) -> None:
    """Record picks between texts that differ in everything: the shorter one always wins."""
    profile, rng = Profile(name), np.random.default_rng(0)
    poles = [(axis.name, sign) for axis in AXES for sign in (1.0, -1.0)]
    for n in range(250):
        texts = sorted(
            ("".join(rng.choice(PIECES, rng.integers(1, 12))) for _ in range(2)), key=len
        )
        short, long = (
            Candidate(text, dict([poles[rng.integers(len(poles))]]), 1, "stop") for text in texts
        )
        profile.record(
            Pick(
                n + 1,
                "",
                f"q{n % 12}",
                short,
                long,
                "exploit",
                "exploit",
                0.9,
                1.0,
                "ask",
                "m",
                "f",
            )
        )
