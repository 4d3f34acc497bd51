"""state.json: how a taste is written, and what is checked before it is believed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.axes import Axis
from ..core.features import FEATURES
from ..core.posterior import Posterior
from ..core.taste import Observation, Taste
from ..errors import BadDataError
from .files import unseal

SCHEMA = 2


def about(axes: Sequence[Axis]) -> dict[str, Any]:
    """What the numbers of a state mean: its schema, axes and features."""
    return {"schema": SCHEMA, "axes": [axis.name for axis in axes], "features": list(FEATURES)}


def is_about(state: dict[str, Any], axes: Sequence[Axis]) -> bool:
    """Whether the numbers of a state mean what they would today."""
    return all(state.get(key) == value for key, value in about(axes).items())


def decode_state(data: bytes) -> dict[str, Any]:
    """The state, if it is whole: strict JSON, a fitting checksum, finite numbers of the right shapes."""
    state = unseal(data)
    if state["schema"] != SCHEMA:
        return state  # whatever else it holds: a newer program reads it, or the log is folded anew
    try:
        n = len(state["mean"])
        numbers = [
            *state["mean"],
            *state["precision"],
            state["evidence"],
            *(x for s in state["seen"] for x in s),
        ]
        whole = [
            state["picks"],
            state["last_id"],
            state["log_bytes"],
            state["since"],
            state["singles"],
        ]
        if not all(type(x) is float for x in numbers) or not np.isfinite(numbers).all():
            raise BadDataError("it holds something that is no finite number")
        if len(state["precision"]) != n * (n + 1) // 2 or not all(
            type(x) is int and x >= 0 for x in whole
        ):
            raise BadDataError("its numbers do not fit together")
        if any(len(s) != 3 + n for s in state["seen"]):
            raise BadDataError("its last picks do not fit its weights")
        if n != 2 * len(state["axes"]) + len(state["features"]):
            raise BadDataError("its weights do not fit its axes and features")
    except (KeyError, TypeError) as error:
        raise BadDataError(f"it lacks {error}") from None
    return state


def encode_taste(taste: Taste) -> dict[str, Any]:
    """What a state holds of a taste."""
    posterior = taste.reward.posterior
    return {
        "reward": "axes",
        "mean": posterior.mean.tolist(),
        # V is symmetric: its lower triangle, row by row
        "precision": posterior.precision[np.tril_indices(len(posterior.mean))].tolist(),
        # since the taste last turned: how many picks, how well they were told, and the last of them
        "since": taste.n,
        "evidence": taste.log_bayes_factor,
        "seen": [[s.outcome, s.weight, s.log_p, *s.difference.tolist()] for s in taste.recent],
    }


def decode_taste(state: dict[str, Any], fresh: Taste) -> Taste:
    """The taste that `encode_taste` wrote, of the same axes and features as a fresh one."""
    n = len(state["mean"])
    precision = np.zeros((n, n))
    precision[np.tril_indices(n)] = state["precision"]
    precision += np.tril(precision, -1).T
    seen = tuple(Observation(np.array(d), o, w, log_p) for o, w, log_p, *d in state["seen"])
    reward = fresh.reward.with_posterior(Posterior(np.array(state["mean"]), precision))
    return Taste(reward, fresh.prior, seen, state["since"], state["evidence"])


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be used, so that it is kept and never overwritten."""
    n = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{n}")).exists():
        n += 1
    try:
        path.replace(aside)
    except OSError:
        return path  # a read-only folder: it stays where it is
    return aside
