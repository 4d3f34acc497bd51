"""Simulated users with the taste weights of people: drawn from crowds whose picks were measured.

A crowd's weights are normally distributed (`bench.population`; the numbers are those that
`tpop bench people --json` printed). A user has weights drawn from them, on the text features of the
reward itself, and errs as people do: P(first) = σ(u(first) − u(second)).
"""

from __future__ import annotations

import json
from functools import partial
from importlib.resources import files

import numpy as np

from ..core.features import FEATURES, text_features
from ..core.response_matrix import ResponseMatrix
from ..core.reward import CURVED, AxesReward
from .users import User

_NAMES = (*FEATURES, *(f"{name}, curved" for name in CURVED))
_FLAT = AxesReward.fresh((), ResponseMatrix({}))  # turns a text into features, without any style


def crowd_users(first: int, n: int) -> tuple[User, ...]:
    """Users of every crowd.

    Args:
        first: the number of the first user of a crowd. The same number is the same user.
        n: how many users of each crowd.
    """
    text = (files("tpop_cli") / "data" / "crowds.json").read_text("utf-8")
    users = []
    for c, (crowd, body) in enumerate(json.loads(text)["crowds"].items()):
        # A feature that is not in the file was not measured in the crowd.
        pairs = np.array([body["weights"].get(name, (0.0, 0.0)) for name in _NAMES])
        for number in range(first, first + n):
            rng = np.random.default_rng([c, number])
            beta = rng.normal(pairs[:, 0], pairs[:, 1])
            users.append(User(f"{crowd} {number}", partial(_utility, beta), noisy=True))
    return tuple(users)


def _utility(beta: np.ndarray[tuple[int], np.dtype[np.float64]], text: str) -> float:
    return float(beta @ _FLAT.gradient_of({}, text_features(text)))
