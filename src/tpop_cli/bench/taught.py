"""Does a taught profile answer to its teacher's taste? Simple judges, duels, and answers to other prompts.

    python -m tpop_cli.bench.taught

prints, for judges of one measurable taste each, how often the answers of a profile taught in 15 duels beat those
of a fresh profile on prompts that neither the duels nor any tuning saw.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.protocol import Engine
from ..session.axes_learner import AxesLearner
from ..session.duel import Key
from ..session.session import Session, SessionOptions
from ..session.teach import teach
from ..store.profile import Profile
from .prompts import REPORT, TRAIN
from .users import User, syllables_per_word

JUDGES: dict[str, User] = {
    user.name: user
    for user in (
        User("shorter", lambda text: -float(len(text))),
        User("longer", lambda text: float(len(text))),
        User("simpler words", lambda text: -syllables_per_word(text)),
    )
}
"""Judges of one measurable taste each."""


@dataclass(frozen=True)
class UserJudge:
    """Decides duels as a simulated user would."""

    user: User

    def decide(self, _prompt: str, candidates: Sequence[str]) -> Key:
        """See `judge.Judge`."""
        first, second = candidates
        won = self.user.prefers(first, second)
        return "1" if won == 1.0 else "2" if won == 0.0 else "="


@dataclass(frozen=True)
class Result:
    """What a judge's profile learned.

    Args:
        strengths: what the taught profile steers with.
        wins: for each prompt and seed 1, ½ or 0: the taught answer against the fresh one.
    """

    strengths: dict[str, float]
    wins: tuple[float, ...]

    @property
    def win_rate(self) -> float:
        """Mean of the wins."""
        return float(np.mean(self.wins))

    def interval(self, n: int = 2000) -> tuple[float, float]:
        """95% bootstrap interval of the win rate, over comparisons."""
        rng = np.random.default_rng(0)
        means = rng.choice(self.wins, (n, len(self.wins))).mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        return float(low), float(high)


def taught_against_fresh(
    engine: Engine,
    profile: Profile,
    user: User,
    *,
    n_duels: int = 15,
    prompts: Sequence[str] = REPORT[:10],
    seeds: Sequence[int] = (1, 2),
    max_tokens: int = 256,
) -> Result:
    """Teach a profile, then compare its answers with an unsteered profile's, same seeds, on other prompts."""

    def options(seed: int) -> SessionOptions:
        return SessionOptions(max_tokens=max_tokens, seed=seed, source="bench")

    taught = Session(engine, AxesLearner(engine, profile), options(seeds[0]))
    teach(taught, TRAIN[:n_duels], UserJudge(user), n_duels)
    wins: list[float] = []
    for seed in seeds:
        steered = Session(engine, AxesLearner(engine, profile), options(seed)).answer_many(prompts)
        plain = Session(engine, None, options(seed)).answer_many(prompts)
        wins += [user.prefers(a.text, b.text) for a, b in zip(steered, plain, strict=True)]
    return Result(taught.strengths(), tuple(wins))


def main() -> None:
    """Print the figures for the starter model."""
    import os

    from ..engine.llama import LlamaEngine
    from ..store.models import find_model

    with tempfile.TemporaryDirectory() as home, LlamaEngine(find_model()) as engine:
        os.environ["TPOP_HOME"] = home
        print(
            "judge          win rate over a fresh profile, 15 duels, 10 prompts, 2 seeds [95% interval]"
        )
        for name, user in JUDGES.items():
            result = taught_against_fresh(engine, Profile(name.replace(" ", "-")), user)
            low, high = result.interval()
            print(
                f"{name:14} {result.win_rate:.2f} [{low:.2f}, {high:.2f}]  steered by {result.strengths}",
                flush=True,
            )


if __name__ == "__main__":
    main()
