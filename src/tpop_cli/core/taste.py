"""What is held of one person's taste: the reward model, how well it has predicted, and whether the taste has turned.

Picks are learned one by one. Where recent ones are told much better by a model that starts afresh than by the one
that knows all picks, the taste has turned: the older picks are forgotten, and learning goes on from the recent ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .posterior import Posterior
from .reward import AxesReward, Vector

WINDOW = 16
"""Picks that are kept at hand to ask whether the taste turned before them."""

_SPANS = (3, 4, 5, 6, 8, 10, 12, 16)
_TURN_EVIDENCE = 3.0
_SLIP = 0.1
_COIN = math.log(0.5)


@dataclass(frozen=True)
class Observation:
    """A pick as the reward model saw it.

    Args:
        difference: gradient feature of the exploit arm minus the explore arm, (D,).
        outcome: 1 if the exploit arm was picked, 0 if the explore arm, ½ for a tie.
        weight: of the evidence.
        log_p: logarithm of the probability that was given to this outcome before.
    """

    difference: Vector
    outcome: float
    weight: float
    log_p: float

    @property
    def mispredicted(self) -> bool:
        """Whether the model had thought the other outcome likelier. A tie is never wrong."""
        return self.outcome != 0.5 and self.log_p < _COIN


@dataclass(frozen=True)
class Taste:
    """The state of knowledge after a sequence of picks.

    Args:
        reward: the reward model.
        prior: its posterior before any pick.
        recent: the last picks, at most `WINDOW`, since the taste last turned.
        n: picks learned since then.
        log_bayes_factor: log of how much likelier the model made those picks than a coin would have.
    """

    reward: AxesReward
    prior: Posterior
    recent: tuple[Observation, ...] = ()
    n: int = 0
    log_bayes_factor: float = 0.0

    @classmethod
    def fresh(cls, reward: AxesReward) -> Taste:
        """Nothing known."""
        return cls(reward, reward.posterior)

    def with_B(self, B: npt.NDArray[np.float64]) -> Taste:
        """The same taste on another response matrix: what is liked does not depend on it."""
        return replace(self, reward=replace(self.reward, B=B))

    def learn(self, difference: Vector, outcome: float, weight: float = 1.0) -> Taste:
        """The taste after one more pick; arguments as in `Posterior.update`."""
        after = self._with(difference, outcome, weight)
        return after._turned() if after.recent[-1].mispredicted else after

    def _with(self, difference: Vector, outcome: float, weight: float) -> Taste:
        p = (1.0 - _SLIP) * self.reward.predict(difference) + _SLIP / 2  # anybody may slip
        log_p = outcome * math.log(p) + (1.0 - outcome) * math.log(1.0 - p)
        return replace(
            self,
            reward=self.reward.learn(difference, outcome, weight),
            recent=(*self.recent, Observation(difference, outcome, weight, log_p))[-WINDOW:],
            n=self.n + 1,
            log_bayes_factor=self.log_bayes_factor + weight * (log_p - _COIN),
        )

    def _turned(self) -> Taste:
        """This taste, or the one that starts within the last picks, if those say clearly that it turned there.

        Compared are the predictive probabilities of the last m picks: given all picks before them, and given
        none (a Bayes factor; compare Adams & MacKay 2007, Bayesian online changepoint detection).
        """
        best, most = self, _TURN_EVIDENCE
        for span in _SPANS:
            if span >= self.n or span > len(self.recent):
                break
            afresh = Taste(self.reward.with_posterior(self.prior), self.prior)
            for pick in self.recent[-span:]:
                afresh = afresh._with(pick.difference, pick.outcome, pick.weight)
            factor = sum(
                new.log_p - old.log_p
                for new, old in zip(afresh.recent, self.recent[-span:], strict=True)
            )
            if factor > most:
                best, most = afresh, factor
        return best
