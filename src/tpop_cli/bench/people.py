"""The people bench: picks of real people, each predicted before it is learned.

Every person begins anew. What tpop predicts is compared with a coin, with "the longer one", and
with a model of all other people of the same file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.features import FEATURES, text_features
from ..core.picks import TIE_WEIGHT
from ..core.response_matrix import ResponseMatrix
from ..core.reward import CURVED, AxesReward, Priors
from ..errors import BadDataError
from .population import PersonsPicks, fit_crowd, fit_weights, spread_about_zero

Vector = npt.NDArray[np.float64]

LEAST_PICKS = 5
"""People with fewer picks are left out."""

BINS: tuple[tuple[int, int | None], ...] = ((0, 5), (5, 10), (10, 20), (20, None))
"""Numbers of picks learned before a prediction: from, and below."""

_LENGTH = FEATURES.index("length")
_OTHERS = [f for f in range(len(FEATURES)) if f != _LENGTH]
_FIT_PICKS = 200  # of a person, for a model of others; more say little more of the crowd
_BOOTSTRAPS = 1000


def read_people(path: Path, data: bytes) -> list[PersonsPicks]:
    """The people in a file with a pick a line: `annotator`, `prompt`, `chosen`, `rejected`, `tie`.

    `prompt` is not needed, and `tie` is false if it is missing. People with fewer than
    `LEAST_PICKS` picks are left out.

    Raises:
        BadDataError: a line is not such an object, or nobody has enough picks.
    """
    reward, features = _no_axes(Priors()), dict[str, Vector]()

    def gradient(text: str) -> Vector:
        if text not in features:
            features[text] = reward.gradient_of({}, text_features(text))
        return features[text]

    found: dict[str, list[tuple[Vector, bool]]] = {}
    for n, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            body = json.loads(line)
            name, chosen, rejected = (body[key] for key in ("annotator", "chosen", "rejected"))
            tie = body.get("tie") or False
            if not isinstance(chosen, str) or not isinstance(rejected, str):
                raise TypeError
            if not isinstance(tie, bool) or not isinstance(name, str | int):
                raise TypeError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise BadDataError(
                f"{path}, line {n}, is not a pick of a person",
                'a line is {"annotator": "a1", "chosen": "one text", "rejected": "the other"}',
            ) from None
        found.setdefault(str(name), []).append((gradient(chosen) - gradient(rejected), tie))
    people = [
        PersonsPicks(name, np.array([d for d, _ in picks]), np.array([tie for _, tie in picks]))
        for name, picks in found.items()
        if len(picks) >= LEAST_PICKS
    ]
    if not people:
        raise BadDataError(
            f"{path}: nobody has {LEAST_PICKS} picks or more",
            "`annotator` names the person who made a pick",
        )
    return people


def _no_axes(priors: Priors) -> AxesReward:
    """The reward without styles: answers from elsewhere were steered by none."""
    return AxesReward.fresh((), ResponseMatrix({}), priors)


@dataclass(frozen=True)
class Crowd:
    """The people of one file.

    Args:
        name: of the file, without its ending.
        people: each with their picks.
    """

    name: str
    people: Sequence[PersonsPicks]

    def first_picks(self, n: int) -> Crowd:
        """The same people with at most n picks each."""
        return Crowd(
            self.name,
            [PersonsPicks(one.name, one.differences[:n], one.tie[:n]) for one in self.people],
        )

    def spread(self) -> tuple[Vector, Vector]:
        """μ and τ of the weights of its people (`population.fit_crowd`)."""
        return fit_crowd(self.first_picks(_FIT_PICKS).people)


def predictions_of_tpop(one: PersonsPicks, priors: Priors) -> Vector:
    """P(the chosen text is chosen) for each pick, before it is learned, shape (n,)."""
    reward, predicted = _no_axes(priors), []
    for difference, tie in zip(one.differences, one.tie, strict=True):
        predicted.append(reward.predict(difference))
        outcome, weight = (0.5, TIE_WEIGHT) if tie else (1.0, 1.0)
        reward = reward.learn(difference, outcome, weight)
    return np.array(predicted)


def predictions_of_others(people: Sequence[PersonsPicks], columns: Sequence[int]) -> list[Vector]:
    """The predictions for each person of one model, fitted to the picks of all others.

    Args:
        people: a crowd.
        columns: the weights that the model has; all others are 0.
    """
    predicted, wide = [], np.full(len(columns), 3.0)
    for left_out in people:
        others = [one for one in people if one is not left_out] or [left_out]
        differences = np.concatenate([one.differences[:_FIT_PICKS, columns] for one in others])
        tie = np.concatenate([one.tie[:_FIT_PICKS] for one in others])
        if others == [left_out]:  # nobody else: the model knows nothing
            differences = np.zeros_like(differences)
        beta, _ = fit_weights(differences, tie, np.zeros(len(columns)), wide)
        utility = left_out.differences[:, columns] @ beta
        predicted.append(1.0 / (1.0 + np.exp(-np.clip(utility, -500.0, 500.0))))
    return predicted


def predictions_of_the_longer_one(people: Sequence[PersonsPicks]) -> list[Vector]:
    """The predictions that the longer text is chosen, for each person.

    How sure they are is fitted to the picks of all others, also where those prefer shorter texts.
    """
    found = []
    for one, p in zip(people, predictions_of_others(people, [_LENGTH]), strict=True):
        longer = one.differences[:, _LENGTH]
        sure = np.where(np.sign(p - 0.5) == np.sign(longer), p, 0.5 + 1e-6 * np.sign(longer))
        found.append(sure)
    return found


def priors_of(crowds: Sequence[Crowd]) -> Priors:
    """The priors that some crowds speak for; see `population.spread_about_zero`."""
    fitted = [crowd.spread() for crowd in crowds]
    spread = spread_about_zero(fitted)
    curve_mean = float(np.mean([mean[-1] for mean, _ in fitted]))
    return Priors(
        w=float(np.sqrt(np.mean(spread[_OTHERS] ** 2))),
        w_of={"length": float(spread[_LENGTH])},
        u=float(np.sqrt(max(1e-4, spread[-1] ** 2 - curve_mean**2))),
        u_mean=curve_mean,
    )


def summarize(people: Sequence[PersonsPicks], predicted: Sequence[Vector]) -> dict[str, Any]:
    """Accuracy and log loss: the mean over people of each person's mean over picks.

    Ties are no picks to be predicted. A prediction of exactly ½ is half right.

    Returns:
        {"accuracy", "log_loss"}: {"mean", "low", "high"} with the 95% bootstrap interval over
        people, and "by_picks": for each of `BINS` its bounds and both means, or None for a bin that
        nobody reaches.
    """
    right, loss = [], []
    for one, p in zip(people, predicted, strict=True):
        decided = ~one.tie
        right.append(np.where(decided, (p > 0.5) + 0.5 * (p == 0.5), np.nan))
        loss.append(np.where(decided, -np.log(np.clip(p, 1e-9, 1.0)), np.nan))
    bins = []
    for low, high in BINS:
        pair = [_mean([values[low:high] for values in each]) for each in (right, loss)]
        bins.append({"from": low, "below": high, "accuracy": pair[0], "log_loss": pair[1]})
    return {"accuracy": _interval(right), "log_loss": _interval(loss), "by_picks": bins}


def _means(values: Sequence[Vector]) -> Vector:
    """The mean of each person's decided picks, of those who have any."""
    return np.array([np.nanmean(one) for one in values if not np.isnan(one).all()])


def _mean(values: Sequence[Vector]) -> float | None:
    means = _means([one for one in values if len(one)])
    return float(means.mean()) if len(means) else None


def _interval(values: Sequence[Vector]) -> dict[str, float] | None:
    means = _means(values)
    if not len(means):
        return None
    drawn = np.random.default_rng(0).integers(len(means), size=(_BOOTSTRAPS, len(means)))
    low, high = np.quantile(means[drawn].mean(axis=1), [0.025, 0.975])
    return {"mean": float(means.mean()), "low": float(low), "high": float(high)}


def report(
    crowds: Sequence[Crowd], on_person: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Replay all crowds.

    Args:
        crowds: one a file.
        on_person: called with the name of a crowd after each person.

    Returns:
        The JSON object of `tpop bench people`: "crowds", each with "people", "picks" and the
        summaries of every way to predict; and "spreads", of the taste weights in each crowd.
    """
    n_weights = len(FEATURES) + len(CURVED)
    rows = []
    for crowd in crowds:
        people = crowd.people
        others = [one for one in crowds if one is not crowd]
        priors: Mapping[str, Priors] = {
            "tpop": Priors(),
            **({"prior of the other files": priors_of(others)} if others else {}),
        }
        learned: dict[str, list[Vector]] = {name: [] for name in priors}
        for one in people:
            for name, of_name in priors.items():
                learned[name].append(predictions_of_tpop(one, of_name))
            on_person(crowd.name)
        ways = {
            "a coin": [np.full(len(one.tie), 0.5) for one in people],
            "the longer one": predictions_of_the_longer_one(people),
            "all other people": predictions_of_others(people, range(n_weights)),
            **learned,
        }
        rows.append(
            {
                "name": crowd.name,
                "people": len(people),
                "picks": sum(len(one.tie) for one in people),
                **{name: summarize(people, predicted) for name, predicted in ways.items()},
            }
        )
    names = [*FEATURES, *(f"{name}, curved" for name in CURVED)]
    fitted = {crowd.name: crowd.spread() for crowd in crowds}
    found = priors_of(crowds)
    return {
        "crowds": rows,
        "weights": {
            crowd: {
                name: {"mean": round(float(m), 3), "spread": round(float(s), 3)}
                for name, m, s in zip(names, mean, scale, strict=True)
            }
            for crowd, (mean, scale) in fitted.items()
        },
        "priors": {
            "length": found.w_of["length"],
            "other features": found.w,
            "length, curved": found.u,
            "length, curved, mean": found.u_mean,
        },
    }
