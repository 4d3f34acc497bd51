"""What it helps that a user names the reason for a pick, in feature space.

    python -m tpop_cli.bench.reasons

Two answers differ by independent normal features. A user with known weights picks with the
probability of Bradley and Terry, is offered the three largest differences, and names the one that
speaks most for the answer that they picked, if any does. The table has the share of fresh pairs
that the learned reward orders as the user would, after 5 to 20 picks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from ..core.features import FEATURES
from ..core.picks import REASON_WEIGHT
from ..core.posterior import Posterior, sigmoid
from ..core.reward import Priors

Vector = npt.NDArray[np.float64]

COUNTS = (5, 10, 20)
_OFFERED = 3
_PAIRS = 400


def crowd_weights(n: int) -> list[Vector]:
    """The weights of n people of each crowd whose picks were measured, (F,) each."""
    text = (files("tpop_cli") / "data" / "crowds.json").read_text("utf-8")
    people = []
    for c, body in enumerate(json.loads(text)["crowds"].values()):
        pairs = np.array([body["weights"].get(name, (0.0, 0.0)) for name in FEATURES])
        rng = np.random.default_rng([7, c])
        people += [rng.normal(pairs[:, 0], pairs[:, 1]) for _ in range(n)]
    return people


def two_features(n: int) -> list[Vector]:
    """The weights of n people who care for two features alone, (F,) each."""
    rng, people = np.random.default_rng(11), []
    for _ in range(n):
        weights = np.zeros(len(FEATURES))
        weights[rng.choice(len(FEATURES), 2, replace=False)] = rng.choice([-2.0, 2.0], 2)
        people.append(weights)
    return people


def accuracy(people: Sequence[Vector], weight: float, runs: int = 3) -> Mapping[int, float]:
    """How well fresh pairs are ordered after each of `COUNTS`.

    Args:
        people: their true weights.
        weight: of a reason, in units of one pick; 0: none is named.
        runs: of each person.
    """
    priors = Priors()
    scales = np.array([priors.w_of.get(name, priors.w) for name in FEATURES])
    found: dict[int, list[float]] = {n: [] for n in COUNTS}
    for person, beta in enumerate(people):
        for run in range(runs):
            rng = np.random.default_rng([person, run])
            pairs = rng.normal(size=(_PAIRS, len(FEATURES)))
            posterior = Posterior.prior(scales)
            for n in range(1, max(COUNTS) + 1):
                d = rng.normal(size=len(FEATURES))
                won = d if rng.random() < sigmoid(float(beta @ d)) else -d
                posterior = posterior.update(won, 1.0)
                offered = np.argsort(-np.abs(won))[:_OFFERED]
                best = int(offered[np.argmax(beta[offered] * won[offered])])
                if weight and beta[best] * won[best] > 0:
                    alone = np.where(np.arange(len(FEATURES)) == best, won, 0.0)
                    posterior = posterior.update(alone, 1.0, weight)
                if n in found:
                    ordered = (pairs @ posterior.mean > 0) == (pairs @ beta > 0)
                    found[n].append(float(np.mean(ordered)))
    return {n: float(np.mean(values)) for n, values in found.items()}


def main() -> None:
    """Print the table."""
    groups = {"drawn from crowds": crowd_weights(25), "two features alone": two_features(60)}
    print(f"{'':32}" + "".join(f"{n:>8} picks" for n in COUNTS))
    for name, people in groups.items():
        for weight, label in ((0.0, "no reasons"), (REASON_WEIGHT, "a reason for each pick")):
            found = accuracy(people, weight)
            cells = "".join(f"{found[n]:14.3f}" for n in COUNTS)
            print(f"{name + ', ' + label:44}{cells}")


if __name__ == "__main__":
    main()
