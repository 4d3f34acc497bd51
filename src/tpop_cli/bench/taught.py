"""Whether a profile that was taught by a judge answers to the judge's taste.

    python -m tpop_cli.bench.taught

prints, for judges of one measurable taste each, how often the answers of a profile win over those
of a fresh profile after 15 duels. The answers are to prompts that neither duels nor tuning use.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engine.protocol import Engine
from ..session.axes_learner import AxesLearner
from ..session.duel import Key
from ..session.options import SessionOptions
from ..session.session import Session
from ..session.teach import teach
from ..store.profile import Profile
from .formulas import syllables_per_word
from .prompts import REPORT, TRAIN
from .taste import Rate, rate
from .users import User

JUDGES: dict[str, User] = {
    user.name: user
    for user in (
        User("shorter", lambda text: -float(len(text))),
        User("longer", lambda text: float(len(text))),
        User("simpler words", lambda text: -syllables_per_word(text)),
    )
}
"""Judges of one measurable taste each, by name."""


@dataclass(frozen=True)
class UserJudge:
    """A judge who decides as a simulated user does."""

    user: User

    def decide(self, _prompt: str, candidates: Sequence[str]) -> Key:
        """See `judge.Judge`."""
        first, second = candidates
        won = self.user.prefers(first, second)
        return "1" if won == 1.0 else "2" if won == 0.0 else "="


@dataclass(frozen=True)
class TaughtResult:
    """What a profile learned from a judge.

    Args:
        strengths: the strengths that steer the taught profile's answers.
        wins: 1, ½ or 0 for each seed and prompt: whether the taught answer wins over the fresh one.
    """

    strengths: dict[str, float]
    wins: tuple[float, ...]

    @property
    def rate(self) -> Rate:
        """The win rate with its 95% bootstrap interval over the comparisons."""
        return rate(np.reshape(self.wins, (1, 1, -1)))


def taught_against_fresh(
    engine: Engine,
    profile: Profile,
    user: User,
    *,
    n_duels: int = 15,
    prompts: Sequence[str] = REPORT[:10],
    seeds: Sequence[int] = (1, 2),
    max_tokens: int = 256,
) -> TaughtResult:
    """Teach a profile, and compare its answers to other prompts with those of a fresh one.

    Args:
        engine: the loaded model.
        profile: an empty profile. It learns the picks.
        user: decides the duels, and judges the answers.
        n_duels: the number of duels.
        prompts: the prompts of the answers that are compared.
        seeds: one answer to each prompt is compared for each seed.
        max_tokens: for every answer.
    """

    def options(seed: int) -> SessionOptions:
        return SessionOptions(max_tokens=max_tokens, seed=seed, source="bench")

    taught = Session(engine, AxesLearner(engine, profile), options(seeds[0]))
    teach(taught, TRAIN[:n_duels], UserJudge(user), n_duels)
    wins: list[float] = []
    for seed in seeds:
        # One after the other: answers that are decoded alternately would share the sequences.
        steered, plain = (
            list(Session(engine, learner, options(seed)).answer_many(prompts))
            for learner in (AxesLearner(engine, profile), None)
        )
        wins += [user.prefers(a.answer, b.answer) for a, b in zip(steered, plain, strict=True)]
    return TaughtResult(taught.strengths(), tuple(wins))


def main() -> None:
    """Print the table for the starter model."""
    import os

    from ..engine.llama_engine import LlamaEngine
    from ..store.models import find_model

    argparse.ArgumentParser(description="Win rates over a fresh profile.").parse_args()
    with tempfile.TemporaryDirectory() as home, LlamaEngine(find_model()) as engine:
        os.environ["TPOP_HOME"] = home
        header = "win rate over a fresh profile, 15 duels, 10 prompts, 2 seeds [95% interval]"
        print(f"{'judge':14} {header}")
        for name, user in JUDGES.items():
            result = taught_against_fresh(engine, Profile(name.replace(" ", "-")), user)
            print(f"{name:14} {result.rate}  steered by {result.strengths}", flush=True)


if __name__ == "__main__":
    main()
