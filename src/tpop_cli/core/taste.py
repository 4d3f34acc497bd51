"""One person's taste: the reward model, how well it predicts, and whether the taste has changed.

Picks are learned one at a time. If a model that starts afresh predicts the latest picks much better
than the model that knows all picks, the taste has changed: the older picks are forgotten, and
learning continues from the latest ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .posterior import Posterior
from .reward import AxesReward, Vector

WINDOW = 16
"""Number of latest observations kept to look for a change of taste."""

_SPANS = (3, 4, 5, 6, 8, 10, 12, 16)  # how many picks ago a change is looked for
_MIN_CHANGE_EVIDENCE = 3.0  # minimum log Bayes factor of a change
_SLIP_RATE = 0.1  # share of picks taken to be random, so that one odd pick is no change
_LOG_CHANCE = math.log(0.5)


@dataclass(frozen=True)
class Observation:
    """A pick as the reward model learns it.

    Args:
        difference: gradient feature of the exploit arm minus that of the explore arm, (D,).
        outcome: 1 if the exploit arm was picked, 0 if the explore arm, ½ for a tie.
        weight: the amount of evidence, in units of one clear pick.
        log_p: log probability of this outcome, predicted before the pick was learned.
    """

    difference: Vector
    outcome: float
    weight: float
    log_p: float

    @property
    def mispredicted(self) -> bool:
        """Whether the model considered the other outcome more likely; never true of a tie."""
        return self.outcome != 0.5 and self.log_p < _LOG_CHANCE


@dataclass(frozen=True)
class Taste:
    """The state of knowledge after a sequence of picks.

    Args:
        reward: the reward model.
        prior: its posterior before any pick.
        recent: the latest observations since the taste last changed, at most `WINDOW`.
        n: number of picks learned since the taste last changed.
        log_bayes_factor: log Bayes factor over chance of these picks, each predicted before it was
            learned; positive if the model predicts them better than a coin would.
    """

    reward: AxesReward
    prior: Posterior
    recent: tuple[Observation, ...] = ()
    n: int = 0
    log_bayes_factor: float = 0.0

    @classmethod
    def fresh(cls, reward: AxesReward) -> Taste:
        """The taste before any pick."""
        return cls(reward, reward.posterior)

    def on_model(self, B: npt.NDArray[np.float64], plain: Vector) -> Taste:
        """The same taste on a model with this response; the posterior does not depend on it.

        Args:
            B: the response matrix, shape (2A, F).
            plain: the curved features of plain answers, shape (C,); see `AxesReward.plain`.
        """
        return replace(self, reward=replace(self.reward, B=B, plain=plain))

    def learn(self, difference: Vector, outcome: float, weight: float = 1.0) -> Taste:
        """The taste after one more pick; arguments as in `Posterior.update`."""
        after = self._observe(difference, outcome, weight)
        return after._restart_on_change() if after.recent[-1].mispredicted else after

    def _observe(self, difference: Vector, outcome: float, weight: float) -> Taste:
        """The taste after one more pick, without looking for a change."""
        p = (1.0 - _SLIP_RATE) * self.reward.predict(difference) + _SLIP_RATE / 2
        log_p = outcome * math.log(p) + (1.0 - outcome) * math.log(1.0 - p)
        return replace(
            self,
            reward=self.reward.learn(difference, outcome, weight),
            recent=(*self.recent, Observation(difference, outcome, weight, log_p))[-WINDOW:],
            n=self.n + 1,
            log_bayes_factor=self.log_bayes_factor + weight * (log_p - _LOG_CHANCE),
        )

    def _restart_on_change(self) -> Taste:
        """The taste that starts afresh with the latest picks, if there is evidence of a change.

        The evidence of a change m picks ago is the log Bayes factor of the last m picks,

            Σ log p(pick | picks since the change) − Σ log p(pick | all picks before it)

        (compare Adams & MacKay 2007, Bayesian online changepoint detection). The m of the strongest
        evidence is chosen; without enough evidence for any, the result is `self`.
        """
        best, most_evidence = self, _MIN_CHANGE_EVIDENCE
        for span in _SPANS:
            if span >= self.n or span > len(self.recent):
                break
            latest = self.recent[-span:]
            afresh = Taste(self.reward.with_posterior(self.prior), self.prior)
            for old in latest:
                afresh = afresh._observe(old.difference, old.outcome, old.weight)
            evidence = sum(
                new.log_p - old.log_p for new, old in zip(afresh.recent, latest, strict=True)
            )
            if evidence > most_evidence:
                best, most_evidence = afresh, evidence
        return best
