"""Learning pick by pick, and forgetting a taste that has changed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tpop_cli.core.arms import exploit
from tpop_cli.core.posterior import Posterior

from .builders import D, certain_taste, differences, fresh_taste, seeds, shorter_wins, taught

Array = npt.NDArray[np.float64]
Observed = tuple[Array, float, float]
"""Difference, outcome and weight of a pick."""


# -- a reference from the definition ---------------------------------------------------


def predicted_log_p(posterior: Posterior, d: Array, outcome: float) -> float:
    """log P(outcome) if one pick in ten is random; a tie is half of either outcome."""
    p = 0.9 * posterior.predict(d) + 0.1 * 0.5
    return outcome * math.log(p) + (1 - outcome) * math.log(1 - p)


@dataclass
class Reference:
    """The picks since the last change, and the log probability each had before it was learned."""

    picks: list[Observed]
    log_p: list[float]
    posterior: Posterior


def learned_from_scratch(prior: Posterior, picks: list[Observed]) -> Reference:
    log_p, posterior = [], prior
    for d, outcome, weight in picks:
        log_p.append(predicted_log_p(posterior, d, outcome))
        posterior = posterior.update(d, outcome, weight)
    return Reference(picks, log_p, posterior)


def learned_one_more(prior: Posterior, before: Reference, pick: Observed) -> Reference:
    """The pick is learned; if it was mispredicted, a change of taste is looked for.

    The taste changed m picks ago, m from 3 to 16, if these picks are more than e³ times as likely
    under a model that starts there. The likeliest m counts.
    """
    after = learned_from_scratch(prior, [*before.picks, pick])
    if pick[1] == 0.5 or after.log_p[-1] >= math.log(0.5):
        return after
    restarts = {
        m: learned_from_scratch(prior, after.picks[-m:])
        for m in (3, 4, 5, 6, 8, 10, 12, 16)
        if m < len(after.picks)
    }
    evidence = {m: sum(new.log_p) - sum(after.log_p[-m:]) for m, new in restarts.items()}
    likeliest = max(evidence, key=lambda m: evidence[m], default=0)
    return restarts[likeliest] if evidence and evidence[likeliest] > 3 else after


def assert_learned_as_defined(picks: list[Observed]) -> int:
    """Compare after every pick; returns how often the taste changed."""
    prior = fresh_taste().prior
    taste, expected, n_changes = fresh_taste(), learned_from_scratch(prior, []), 0
    for pick in picks:
        n_before = taste.n
        taste, expected = taste.learn(*pick), learned_one_more(prior, expected, pick)
        n_changes += taste.n <= n_before
        assert taste.n == len(expected.picks)
        np.testing.assert_allclose(taste.reward.posterior.mean, expected.posterior.mean, atol=1e-9)
        recent = [observation.log_p for observation in taste.recent]
        assert recent == pytest.approx(expected.log_p[-16:])
        factor = sum(
            weight * (log_p - math.log(0.5))
            for (_, _, weight), log_p in zip(expected.picks, expected.log_p, strict=True)
        )
        assert taste.log_bayes_factor == pytest.approx(factor)
        np.testing.assert_array_equal(taste.prior.precision, prior.precision)
    return n_changes


def changing_user(n_before: int, n_after: int, seed: int, scale: float = 1.0) -> list[Observed]:
    """Picks of a user who likes short answers first and long ones then."""
    return [
        (d, shorter_wins(d) if i < n_before else 1.0 - shorter_wins(d), 1.0)
        for i, d in enumerate(scale * differences(n_before + n_after, seed))
    ]


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(0, 25), st.integers(0, 12))
def test_learning_follows_the_definition_with_ties(seed: int, before: int, after: int) -> None:
    tied = np.random.default_rng(seed).random(before + after) < 0.15
    picks = changing_user(before, after, seed)
    assert_learned_as_defined(
        [(d, 0.5, 0.5) if tie else (d, o, w) for (d, o, w), tie in zip(picks, tied, strict=True)]
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("n_before", "scale"),
    [
        (40, 0.2),  # answers that differ little: the change is found sixteen picks later
        (25, 0.3),
        (40, 1.0),  # a firm taste: several starting points have enough evidence
        (10, 4.0),
    ],
)
def test_learning_follows_the_definition_through_changes(
    n_before: int, scale: float, seed: int
) -> None:
    assert assert_learned_as_defined(changing_user(n_before, 20, seed, scale)) >= 1


# -- known users -----------------------------------------------------------------------


def test_the_first_pick_is_predicted_as_by_a_coin() -> None:
    d = differences(1)[0]
    d[-1] = 0.0  # no answer is nearer to the usual length
    taste = fresh_taste().learn(d, 1.0)
    assert taste.recent[0].log_p == pytest.approx(math.log(0.5))
    assert taste.log_bayes_factor == pytest.approx(0.0)
    assert not taste.recent[0].mispredicted


@pytest.mark.parametrize(("outcome", "weight"), [(1.0, 1.0), (0.0, 1.0), (0.5, 0.5)])
def test_an_observation_keeps_the_pick_and_its_predicted_probability(
    outcome: float, weight: float
) -> None:
    before = fresh_taste().learn(differences(1, 3)[0], 1.0)
    d = differences(1, 5)[0]
    log_p = predicted_log_p(before.reward.posterior, d, outcome)
    after = before.learn(d, outcome, weight)
    observation = after.recent[-1]
    np.testing.assert_array_equal(observation.difference, d)
    assert (observation.outcome, observation.weight) == (outcome, weight)
    assert observation.log_p == pytest.approx(log_p)
    gained = after.log_bayes_factor - before.log_bayes_factor
    assert gained == pytest.approx(weight * (log_p - math.log(0.5)))


def test_the_bayes_factor_grows_with_a_taste_and_not_with_random_picks() -> None:
    taste, random = fresh_taste(), fresh_taste()
    flips = np.random.default_rng(4).integers(0, 2, 40)
    for d, flip in zip(differences(40), flips, strict=True):
        taste, random = taste.learn(d, shorter_wins(d)), random.learn(d, float(flip))
    assert taste.log_bayes_factor > 5
    assert random.log_bayes_factor < 0
    assert taste.n == 40
    assert len(taste.recent) == 16


def test_a_pick_against_a_certain_prediction_has_the_probability_of_a_slip() -> None:
    taste = certain_taste([50.0, 0.0, 0.0, 0.0], [0.01] * 4)
    toward_brief = np.eye(D)[0]
    assert taste.learn(toward_brief, 1.0).recent[-1].log_p == pytest.approx(math.log(0.95))
    slip = taste.learn(toward_brief, 0.0)
    assert slip.recent[-1].log_p == pytest.approx(math.log(0.05))
    assert slip.recent[-1].mispredicted


def test_while_a_taste_is_constant_all_picks_are_learned() -> None:
    taste, reward = fresh_taste(), fresh_taste().reward
    for d in differences(20):
        taste, reward = taste.learn(d, shorter_wins(d)), reward.learn(d, shorter_wins(d))
    np.testing.assert_array_equal(taste.reward.posterior.mean, reward.posterior.mean)


def test_a_changed_taste_is_followed_within_a_few_picks() -> None:
    taste = fresh_taste()
    for d in differences(20):
        taste = taste.learn(d, shorter_wins(d))
    assert exploit(taste)["length"] > 0
    n_before = taste.n
    for d in differences(6, seed=9):
        taste = taste.learn(d, 1.0 - shorter_wins(d))
    assert taste.n < n_before
    assert exploit(taste)["length"] < 0


@pytest.mark.parametrize("seed", range(5))
def test_a_few_slips_are_no_change(seed: int) -> None:
    rng, taste = np.random.default_rng(seed), fresh_taste()
    for d in differences(40, seed):
        slip = rng.random() < 0.15
        taste = taste.learn(d, shorter_wins(d) if not slip else 1.0 - shorter_wins(d))
    assert taste.n > 20
    assert exploit(taste)["length"] > 0


def test_a_tie_is_never_mispredicted() -> None:
    taste = fresh_taste().learn(differences(1)[0], 0.5, 0.5)
    assert not taste.recent[-1].mispredicted
    assert taste.log_bayes_factor == pytest.approx(0.0, abs=0.1)
    certain = certain_taste([50.0, 0.0, 0.0, 0.0], [0.01] * 4).learn(np.eye(D)[0], 0.5, 0.5)
    assert certain.recent[-1].log_p < math.log(0.5)
    assert not certain.recent[-1].mispredicted


def test_another_response_matrix_changes_what_is_expected_and_not_what_is_liked() -> None:
    taste = taught("exploit", "explore")
    other = taste.on_model(2 * taste.reward.B, np.array([7.0]))
    assert other.reward.posterior is taste.reward.posterior
    assert (other.n, other.recent, other.log_bayes_factor) == (
        taste.n,
        taste.recent,
        taste.log_bayes_factor,
    )
    np.testing.assert_array_equal(other.reward.B, 2 * taste.reward.B)
    assert other.reward.plain.tolist() == [7.0]
