from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tpop_cli.core.neural import (
    Network,
    NeuralRules,
    exploit_choice,
    explore_choice,
    fit,
    loss,
    loss_gradient,
    pooled,
    update_precision,
)

D, HIDDEN = 5, 6
seeds = st.integers(0, 10_000)


def some_network(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    return Network(rng.normal(size=(HIDDEN, D)), rng.normal(size=HIDDEN), rng.normal(size=HIDDEN))


def some_embeddings(seed: int, n: int) -> np.ndarray:
    return pooled(np.random.default_rng(seed).normal(size=(n, D)))


def flat(network: Network) -> np.ndarray:
    return np.concatenate([network.W.ravel(), network.b, network.a])


def unflat(theta: np.ndarray) -> Network:
    return Network(
        theta[: HIDDEN * D].reshape(HIDDEN, D), theta[HIDDEN * D : -HIDDEN], theta[-HIDDEN:]
    )


def finite_differences(f: object, theta: np.ndarray, step: float = 1e-6) -> np.ndarray:
    return np.array(
        [(f(theta + step * e) - f(theta - step * e)) / (2 * step) for e in np.eye(len(theta))]
    )  # type: ignore[operator]


@given(seeds)
@settings(max_examples=30)
def test_the_gradient_of_the_reward_is_that_of_finite_differences(seed: int) -> None:
    network, h = some_network(seed), some_embeddings(seed + 1, 1)
    expected = finite_differences(lambda theta: unflat(theta).reward(h)[0], flat(network))
    np.testing.assert_allclose(network.gradient(h[0]), expected, atol=1e-5)


@given(seeds)
@settings(max_examples=30)
def test_the_gradient_of_the_loss_is_that_of_finite_differences(seed: int) -> None:
    network, winners, losers = (
        some_network(seed),
        some_embeddings(seed + 1, 4),
        some_embeddings(seed + 2, 4),
    )
    expected = finite_differences(lambda theta: loss(unflat(theta), winners, losers), flat(network))
    np.testing.assert_allclose(flat(loss_gradient(network, winners, losers)), expected, atol=1e-5)


@given(seeds)
@settings(max_examples=30)
def test_widths_are_those_of_gradients_written_down(seed: int) -> None:
    network, H, other = (
        some_network(seed),
        some_embeddings(seed + 1, 7),
        some_embeddings(seed + 2, 1)[0],
    )
    V = np.random.default_rng(seed).uniform(0.5, 3.0, HIDDEN * D + 2 * HIDDEN)
    differences = [network.gradient(h) - network.gradient(other) for h in H]
    np.testing.assert_allclose(
        network.widths(H, other, V), [np.sqrt(np.sum(d**2 / V)) for d in differences], atol=1e-9
    )


def test_before_any_pick_the_reward_is_zero_and_the_width_is_not() -> None:
    network, H = Network.initial(D, 64), some_embeddings(0, 8)
    np.testing.assert_allclose(network.reward(H), 0.0, atol=1e-12)
    assert (network.widths(H[1:], H[0], np.ones(64 * D + 128)) > 0.01).all()
    assert fit(network, H[:0], H[:0]) is network
    with pytest.raises(ValueError, match="even"):
        Network.initial(D, 3)


@given(seeds)
@settings(max_examples=20)
def test_what_was_seen_is_less_uncertain(seed: int) -> None:
    network, H = some_network(seed), some_embeddings(seed + 1, 2)
    V = np.ones(HIDDEN * D + 2 * HIDDEN)
    after = update_precision(V, network, H[0], H[1])
    assert (after >= V).all()
    before = network.widths(H[1:], H[0], V)[0]
    assert before == 0 or network.widths(H[1:], H[0], after)[0] < before


def test_a_fit_ranks_what_was_picked_above_what_was_not() -> None:
    rng = np.random.default_rng(0)
    taste = rng.normal(size=D)
    pairs = pooled(rng.normal(size=(400, D))).reshape(200, 2, D)
    order = np.argsort(pairs @ taste, axis=1)
    losers, winners = (
        np.take_along_axis(pairs, order[:, i, None, None], axis=1)[:, 0] for i in (0, 1)
    )
    rules = NeuralRules(hidden=64, learning_rate=5e-3)
    start = Network.initial(D, rules.hidden)
    found = fit(start, winners[:100], losers[:100], rules)
    assert loss(found, winners[:100], losers[:100]) < loss(start, winners[:100], losers[:100])
    assert np.mean(found.reward(winners[100:]) > found.reward(losers[100:])) > 0.9
    again = fit(start, winners[:100], losers[:100], rules)
    np.testing.assert_array_equal(found.W, again.W)


def test_the_arms_choose_by_the_papers_formulas() -> None:
    network, H = some_network(3), some_embeddings(4, 6)
    p, V, rules = (
        np.full(6, 1 / 6),
        np.ones(HIDDEN * D + 2 * HIDDEN),
        NeuralRules(omega=0.7, nu=0.5),
    )
    r = network.reward(H)
    first = exploit_choice(p, H, network, rules)
    assert first == int(np.argmax(p + 0.7 * r))
    naive = [np.linalg.norm(network.gradient(h) - network.gradient(H[first])) for h in H]
    assert explore_choice(p, H, H[first], network, V, rules) == int(
        np.argmax(p + 0.7 * (r + 0.5 * np.array(naive)))
    )
    silent = NeuralRules(omega=0.0)
    assert exploit_choice(np.array([0.1, 0.6, 0.3]), H[:3], network, silent) == 1
