"""Policies that the bench compares with the default, and a learner that learns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from ..core.arms import ArmRules, exploit, explore_options, explore_ucb, sample
from ..core.picks import Pick
from ..core.response_matrix import ResponseMatrix
from ..core.reward import AxesReward
from ..core.taste import Taste
from ..decoding.arm import Arm, ArmRequest
from ..decoding.decoder import ArmSteps, Decoder
from ..session.axes_learner import Policy, ucb_pair
from ..session.duel import Duel
from ..session.learner import StrengthsPair
from ..store.profile import Profile


def _thompson(rng: np.random.Generator, taste: Taste, rules: ArmRules) -> StrengthsPair:
    return exploit(taste, rules), sample(taste.reward, rng, rules.said)


def _random(rng: np.random.Generator, taste: Taste, rules: ArmRules) -> StrengthsPair:
    options = explore_options(taste.reward.axes, rules.amounts, rules.said)
    first, second = rng.integers(len(options), size=2)
    return options[first], options[second]


def _twins(taste: Taste, rules: ArmRules) -> StrengthsPair:
    both = exploit(taste, rules)
    return both, both


def _greedy(taste: Taste, rules: ArmRules) -> StrengthsPair:
    first = exploit(taste, rules)
    return first, explore_ucb(taste.reward, first, replace(rules, nu=0.0))


def _never_apart(taste: Taste, rules: ArmRules) -> StrengthsPair:
    return ucb_pair(taste, replace(rules, span=0))


POLICIES: Mapping[str, Callable[[np.random.Generator], Policy]] = {
    "ucb": lambda _: ucb_pair,
    "never apart": lambda _: _never_apart,
    "thompson": lambda rng: partial(_thompson, rng),
    "random pairs": lambda rng: partial(_random, rng),
    "twin samples": lambda _: _twins,
    "never exploring": lambda _: _greedy,
}
"""Name -> the policy for a random generator. `ucb` is the program's own.

- `ucb`: the exploit arm, and the candidate with the highest upper confidence bound.
- `never apart`: the same without duels about one pole of the exploit arm (`core.causes`).
- `thompson`: the exploit arm, and the best candidate under a draw from the posterior.
- `random pairs`: two random ones of `core.arms.explore_options`.
- `twin samples`: the exploit arm twice; its two answers have different seeds.
- `never exploring`: the exploit arm, and the candidate with the highest mean reward (ν = 0).
"""

NO_LEARNING = "no learning"
"""The name under which the bench plays `NullLearner`."""


@dataclass
class NullLearner:
    """A `session.learner.Learner` that shows two plain answers and learns nothing."""

    profile: Profile
    independent_arms: bool = field(default=True, init=False)
    reserved_cells: int = field(default=0, init=False)

    @property
    def taste(self) -> Taste:
        """The prior taste."""
        return Taste.fresh(AxesReward.fresh(self.profile.axes, ResponseMatrix({})))

    def use(self, profile: Profile) -> None:
        """See `Learner.use`."""
        self.profile = profile

    def should_ask(self) -> bool:
        """See `Learner.should_ask`."""
        return True

    def strengths(self) -> dict[str, float]:
        """See `Learner.strengths`."""
        return {}

    def choose(self) -> StrengthsPair:
        """See `Learner.choose`."""
        return {}, {}

    @property
    def n_contexts(self) -> int:
        """See `Learner.n_contexts`."""
        return 2

    def instruction_tokens(self) -> int:
        """See `Learner.instruction_tokens`."""
        return 0

    def decode(self, decoder: Decoder, requests: Sequence[ArmRequest]) -> ArmSteps:
        """See `Learner.decode`."""
        return decoder.steps(requests)

    def decode_many(
        self, decoder: Decoder, groups: Iterator[Sequence[ArmRequest]]
    ) -> Iterator[tuple[int, list[Arm]]]:
        """See `Learner.decode_many`."""
        return decoder.many(groups)

    def predict(self, duel: Duel) -> float:
        """See `Learner.predict`."""
        return 0.5

    def checkpoint(self) -> Callable[[], None]:
        """See `Learner.checkpoint`: there is nothing to take back."""
        return lambda: None

    def learn(self, duel: Duel, pick: Pick) -> None:
        """See `Learner.learn`."""

    def undo(self, pick: Pick) -> None:
        """See `Learner.undo`."""

    def close(self) -> None:
        """See `Learner.close`."""
