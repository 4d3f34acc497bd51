"""The response matrix B of one model, as a profile's duels on that model refined it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..core.picks import Pick, pick_difference, unknown_features
from ..core.response_matrix import ResponseEstimate, ResponseMatrix
from ..core.reward import AxesReward
from ..core.steering import Steer
from ..core.taste import Taste
from ..store.profile import Profile
from ..store.response_matrices import load_response

N0_MEASURED, N0_GUESSED, N0_UNKNOWN = 16.0, 2.0, 0.5
"""How many duels a pole's row of B counts for: measured on this model, on another, or on none."""

_RECENT = 100  # picks of the profile that refine B at first


@dataclass(frozen=True)
class ModelResponse:
    """What a profile knows of a model's response to the poles.

    Args:
        fingerprint: of the model's file.
        steer: how strengths steer. Picks that were steered otherwise do not refine B.
        fresh: the reward model before any pick, with the initial B.
        estimate: B as the profile's picks refined it.
    """

    fingerprint: str
    steer: Steer
    fresh: AxesReward
    estimate: ResponseEstimate

    @classmethod
    def of(
        cls,
        profile: Profile,
        fingerprint: str,
        steer: Steer = "contrast",
        response: tuple[ResponseMatrix, bool] | None = None,
        n0: float | None = None,
    ) -> ModelResponse:
        """The response of a model, refined by the recent picks of a profile.

        Args:
            profile: whose axes and picks.
            fingerprint: of the model's file.
            steer: as above. A matrix is measured by contrasts, so for "prompt" it is a guess.
            response: (B, whether it was measured on this model); None: as stored for the model.
            n0: how many duels a row of a measured B counts for; None: `N0_MEASURED`.

        Raises:
            BadDataError, StorageError: the stored matrix, or the log of picks, cannot be read.
        """
        matrix, measured = load_response(fingerprint) if response is None else response
        known = (n0 or N0_MEASURED) if measured and steer == "contrast" else N0_GUESSED
        rows = [row for axis in profile.axes for row in axis.row_names]
        fresh = AxesReward.fresh(profile.axes, matrix)
        n0_rows = np.array([known if row in matrix.rows else N0_UNKNOWN for row in rows])
        found = cls(fingerprint, steer, fresh, ResponseEstimate(fresh.B, n0_rows))
        for pick in profile.recent(_RECENT):
            found.refine(pick)
        return found

    def refine(self, pick: Pick) -> None:
        """Learn from both answers of a pick, if this very model wrote them, steered in this way."""
        if pick.fingerprint == self.fingerprint and pick.steer == self.steer:
            z, x = self.fresh.split(pick_difference(self.fresh, pick))
            unknown = unknown_features(pick)
            if unknown.any():  # it must not look like no effect
                x = np.where(unknown, z @ self.estimate.B, x)
            self.estimate.observe(z, x)

    def copy(self) -> ModelResponse:
        """The same, which learns on its own from now on."""
        return replace(self, estimate=self.estimate.copy())

    def taste(self, profile: Profile) -> Taste:
        """The taste of the profile on this model."""
        return profile.taste.on_model(self.estimate.B, self.fresh.plain)


def taste_on_last_model(profile: Profile) -> Taste:
    """The taste of a profile on the model that wrote the answers of its latest pick.

    Without such a pick the response is assumed, as for a model that was never measured.

    Raises:
        BadDataError, StorageError: as `ModelResponse.of`.
    """
    written = [pick for pick in profile.recent(_RECENT) if pick.fingerprint]
    fingerprint, steer = (written[-1].fingerprint, written[-1].steer) if written else ("", "")
    how: Steer = "prompt" if steer == "prompt" else "contrast"
    return ModelResponse.of(profile, fingerprint, how).taste(profile)
