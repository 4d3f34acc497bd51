"""The learner behind each value of `--reward`."""

from __future__ import annotations

from collections.abc import Callable

from ..core.response_matrix import ResponseMatrix
from ..core.steering import Steer
from ..engine.protocol import Engine
from ..store.profile import Profile
from .axes_learner import AxesLearner
from .learner import Learner
from .neural_learner import NeuralLearner


def make_learner(
    reward: str,
    engine: Engine,
    profile: Profile,
    *,
    response: tuple[ResponseMatrix, bool] | None = None,
    steer: Steer = "contrast",
    rebuild: bool = False,
    on_embed: Callable[[int, int], None] | None = None,
) -> Learner:
    """The learner behind `--reward`.

    Args:
        reward: "axes" or "neural".
        engine: the loaded model; with hidden states for "neural".
        profile: whose picks it learns from.
        response, steer: as of `AxesLearner`.
        rebuild, on_embed: as of `NeuralLearner`.

    Raises:
        UsageError: the neural state was learned with another model.
    """
    if reward == "neural":
        return NeuralLearner(engine, profile, response=response, rebuild=rebuild, on_embed=on_embed)
    return AxesLearner(engine, profile, response=response, steer=steer)
