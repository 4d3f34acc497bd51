"""The content of state.json: a log's fold, encoded, and the checks before it is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.axes import Axis
from ..core.features import FEATURES
from ..core.posterior import Posterior
from ..core.reward import CURVED
from ..core.taste import Observation, Taste
from ..errors import BadDataError
from .events import decode_said, encode_said
from .files import decode_checksummed
from .fold import LogFold
from .pick_log import PickLog

SCHEMA = 2


def layout_of(axes: Sequence[Axis]) -> dict[str, Any]:
    """What the weights of a state refer to: its schema, axes, features and curved terms."""
    return {
        "schema": SCHEMA,
        "axes": [axis.identity for axis in axes],
        "features": list(FEATURES),
        "curved": list(CURVED),
    }


def has_layout(state: dict[str, Any], axes: Sequence[Axis]) -> bool:
    """Whether the weights of a state refer to these axes, with today's schema and features."""
    return all(state.get(key) == value for key, value in layout_of(axes).items())


def decode_state(data: bytes) -> dict[str, Any]:
    """Decode a state file and check that its numbers are finite and fit together.

    A state of another schema is returned unchecked, for the caller to look at `schema`.

    Raises:
        BadDataError: the file is damaged.
    """
    state = decode_checksummed(data)
    if state["schema"] != SCHEMA:
        return state
    try:
        n = len(state["mean"])
        floats = [
            *state["mean"],
            *state["precision"],
            state["evidence"],
            *(x for observation in state["seen"] for x in observation),
        ]
        counts = [state[key] for key in ("picks", "last_id", "log_bytes", "since", "singles")]
        if not all(type(x) is float for x in floats) or not np.isfinite(floats).all():
            raise BadDataError("a value is not a finite number")
        if not all(type(x) is int and x >= 0 for x in counts):
            raise BadDataError("a count is not a whole number")
        if len(state["precision"]) != n * (n + 1) // 2:
            raise BadDataError("the size of its precision does not match its weights")
        if any(len(observation) != 3 + n for observation in state["seen"]):
            raise BadDataError("the size of its recent picks does not match its weights")
        if "said" in state:
            decode_said(state["said"])
        n_curved = len(state.get("curved", []))  # older states have none
        if n != 2 * len(state["axes"]) + len(state["features"]) + n_curved:
            raise BadDataError("its weights do not match its axes and features")
    except KeyError as error:
        raise BadDataError(f"{error} is missing") from None
    except TypeError as error:
        raise BadDataError(f"a value has the wrong type: {error}") from None
    return state


def encode_fold(folded: LogFold) -> dict[str, Any]:
    """The part of a state that holds the fold of the log."""
    posterior = folded.taste.reward.posterior
    return {
        "reward": "axes",
        "mean": posterior.mean.tolist(),
        # V is symmetric: its lower triangle, row by row.
        "precision": posterior.precision[np.tril_indices(len(posterior.mean))].tolist(),
        # Since the last change of taste: number of picks, log Bayes factor, the latest picks.
        "since": folded.taste.n,
        "evidence": folded.taste.log_bayes_factor,
        "seen": [
            [o.outcome, o.weight, o.log_p, *o.difference.tolist()] for o in folded.taste.recent
        ],
        "picks": folded.n_picks,
        "said": encode_said(folded.said),
        "last_id": folded.last_id,
        "log_bytes": folded.log_bytes,
        "log_mark": folded.log_checksum,
    }


def decode_fold(state: dict[str, Any], log: PickLog, fresh: Taste) -> LogFold:
    """Restore what `encode_fold` wrote.

    Args:
        state: a checked state.
        log: the log that it is the fold of.
        fresh: a taste of the same axes and features, before any pick.
    """
    n = len(state["mean"])
    precision = np.zeros((n, n))
    precision[np.tril_indices(n)] = state["precision"]
    precision += np.tril(precision, -1).T
    recent = tuple(
        Observation(np.array(difference), outcome, weight, log_p)
        for outcome, weight, log_p, *difference in state["seen"]
    )
    reward = fresh.reward.with_posterior(Posterior(np.array(state["mean"]), precision))
    end = state["log_bytes"]
    return LogFold(
        Taste(reward, fresh.prior, recent, state["since"], state["evidence"]),
        state["picks"],
        state["last_id"],
        end,
        state.get("log_mark", log.tail_checksum(end)),  # older states have no checksum
        # An older tpop may have saved the state after a newer one logged what was said.
        decode_said(state["said"]) if "said" in state else log.said(end),
    )
