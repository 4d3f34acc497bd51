"""The paper's own reward: a network over hidden states."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
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

from .builders import seeds

Array = npt.NDArray[np.float64]

D, HIDDEN = 5, 6
N_WEIGHTS = HIDDEN * D + 2 * HIDDEN

# r(h) = 2·relu(h₁) − relu(h₂ − 0.1): small enough to compute by hand.
BY_HAND = Network(np.eye(2), np.array([0.0, -0.1]), np.array([2.0, -1.0]))
H1, H2 = np.array([0.6, 0.8]), np.array([1.0, 0.0])


def random_network(seed: int) -> Network:
    rng = np.random.default_rng(seed)
    return Network(rng.normal(size=(HIDDEN, D)), rng.normal(size=HIDDEN), rng.normal(size=HIDDEN))


def random_embeddings(seed: int, n: int) -> Array:
    return pooled(np.random.default_rng(seed).normal(size=(n, D)))


def flat(network: Network) -> Array:
    return np.concatenate([network.W.ravel(), network.b, network.a])


def unflat(theta: Array) -> Network:
    return Network(
        theta[: HIDDEN * D].reshape(HIDDEN, D), theta[HIDDEN * D : -HIDDEN], theta[-HIDDEN:]
    )


def finite_differences(f: Callable[[Array], float], theta: Array, step: float = 1e-6) -> Array:
    return np.array(
        [(f(theta + step * e) - f(theta - step * e)) / (2 * step) for e in np.eye(len(theta))]
    )


def reward_of(network: Network, h: Array) -> float:
    """aᵀ·relu(W·h + b), one hidden unit at a time."""
    return sum(
        float(a) * max(0.0, float(w @ h) + float(b))
        for w, b, a in zip(network.W, network.b, network.a, strict=True)
    )


# -- the network -----------------------------------------------------------------------


@given(seeds)
@settings(max_examples=30)
def test_the_reward_is_the_sum_over_hidden_units(seed: int) -> None:
    network, H = random_network(seed), random_embeddings(seed + 1, 3)
    assert network.reward(H) == pytest.approx([reward_of(network, h) for h in H])


def test_reward_gradient_and_width_computed_by_hand() -> None:
    assert BY_HAND.reward(np.array([H1, H2])) == pytest.approx([0.5, 2.0])
    # ∂r/∂W = g·hᵀ, ∂r/∂b = g, ∂r/∂a = relu(W·h + b), where g = a on active units.
    assert BY_HAND.gradient(H1) == pytest.approx([1.2, 1.6, -0.6, -0.8, 2, -1, 0.6, 0.7])
    assert BY_HAND.gradient(H2) == pytest.approx([2, 0, 0, 0, 2, 0, 1, 0])
    squares = 0.8**2 + 1.6**2 + 0.6**2 + 0.8**2 + 1 + 0.4**2 + 0.7**2
    assert BY_HAND.widths(H1[None], H2, np.ones(8)) == pytest.approx([math.sqrt(squares)])
    assert BY_HAND.widths(H1[None], H2, np.full(8, 4.0)) == pytest.approx([math.sqrt(squares) / 2])


@given(seeds)
@settings(max_examples=30)
def test_the_gradient_of_the_reward_agrees_with_finite_differences(seed: int) -> None:
    network, h = random_network(seed), random_embeddings(seed + 1, 1)
    expected = finite_differences(lambda theta: float(unflat(theta).reward(h)[0]), flat(network))
    np.testing.assert_allclose(network.gradient(h[0]), expected, atol=1e-5)


@given(seeds)
@settings(max_examples=30)
def test_widths_agree_with_explicit_gradients(seed: int) -> None:
    network, H = random_network(seed), random_embeddings(seed + 1, 7)
    other = random_embeddings(seed + 2, 1)[0]
    V = np.random.default_rng(seed).uniform(0.5, 3.0, N_WEIGHTS)
    differences = [network.gradient(h) - network.gradient(other) for h in H]
    expected = [np.sqrt(np.sum(d**2 / V)) for d in differences]
    np.testing.assert_allclose(network.widths(H, other, V), expected, atol=1e-9)


def test_initial_weights_are_mirrored_seeded_and_of_the_right_size() -> None:
    start = Network.initial(5, 8)
    np.testing.assert_array_equal(start.W, Network.initial(5, 8, seed=0).W)
    assert (start.W != Network.initial(5, 8, seed=1).W).any()
    np.testing.assert_array_equal(start.W[:4], start.W[4:])
    np.testing.assert_array_equal(start.a[:4], -start.a[4:])
    assert not start.b.any()
    wide = Network.initial(3, 20_000)
    assert wide.W.std() == pytest.approx(1.0, abs=0.02)
    assert wide.a[:10_000].std() * math.sqrt(20_000) == pytest.approx(1.0, abs=0.03)
    with pytest.raises(ValueError, match=r"^the number of hidden units must be even$"):
        Network.initial(3, 7)


def test_before_any_pick_the_reward_is_zero_and_the_width_is_not() -> None:
    network, H = Network.initial(D, 64), random_embeddings(0, 8)
    np.testing.assert_allclose(network.reward(H), 0.0, atol=1e-12)
    assert (network.widths(H[1:], H[0], np.ones(64 * D + 128)) > 0.01).all()


@given(seeds, st.integers(1, 4))
def test_pooling_gives_every_embedding_unit_length(seed: int, n: int) -> None:
    total = np.random.default_rng(seed).normal(size=(n, 3, 5)) * 7
    for i in range(n):
        for j in range(3):
            expected = total[i, j] / math.sqrt((total[i, j] ** 2).sum())
            np.testing.assert_allclose(pooled(total)[i, j], expected)
    assert not pooled(np.zeros(5)).any()
    np.testing.assert_allclose(pooled(np.array([1e-6, 0.0])), [1.0, 0.0])


# -- the fit ---------------------------------------------------------------------------


def test_the_loss_computed_by_hand() -> None:
    """Margins of 1.5 and −1.5: mean −log σ."""
    expected = (math.log(1 + math.exp(-1.5)) + math.log(1 + math.exp(1.5))) / 2
    found = loss(BY_HAND, np.array([H2, H1]), np.array([H1, H2]))
    assert found == pytest.approx(expected)


@given(seeds)
@settings(max_examples=30)
def test_the_gradient_of_the_loss_agrees_with_finite_differences(seed: int) -> None:
    network = random_network(seed)
    winners, losers = random_embeddings(seed + 1, 4), random_embeddings(seed + 2, 4)
    expected = finite_differences(lambda theta: loss(unflat(theta), winners, losers), flat(network))
    np.testing.assert_allclose(flat(loss_gradient(network, winners, losers)), expected, atol=1e-5)


def test_the_gradient_is_finite_for_losses_of_any_size() -> None:
    huge = random_network(1)
    huge = Network(1e4 * huge.W, huge.b, 1e4 * huge.a)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for order in (1, -1):
            H = random_embeddings(2, 2)[::order]
            assert np.isfinite(flat(loss_gradient(huge, H[:1], H[1:]))).all()


@settings(deadline=None, max_examples=15)
@given(seeds, st.integers(1, 5), st.integers(1, 6))
def test_a_fit_is_adamw_as_published(seed: int, n: int, epochs: int) -> None:
    """Loshchilov & Hutter 2019, algorithm 2, β = (0.9, 0.999), ε = 10⁻⁸, decay λ/(n + 50)."""
    start, rules = random_network(seed), NeuralRules(lam=30.0, epochs=epochs, learning_rate=0.05)
    H = random_embeddings(seed, 2 * n)
    theta, m, v = flat(start), 0.0, 0.0
    for t in range(1, epochs + 1):
        g = flat(loss_gradient(unflat(theta), H[:n], H[n:]))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        decay = rules.lam / (n + 50) * theta
        theta = theta - rules.learning_rate * (m_hat / (np.sqrt(v_hat) + 1e-8) + decay)
    before = flat(start)
    # Where g is about ε, rounding 10⁻¹⁷ of it moves a step by 0.05 · 10⁻¹⁷ / ε.
    np.testing.assert_allclose(flat(fit(start, H[:n], H[n:], rules)), theta, rtol=1e-9, atol=1e-8)
    np.testing.assert_array_equal(flat(start), before)


def test_a_fit_without_picks_is_the_start() -> None:
    network, H = Network.initial(D, 64), random_embeddings(0, 8)
    assert fit(network, H[:0], H[:0]) is network


def test_a_fit_predicts_unseen_pairs_and_is_reproducible() -> None:
    rng = np.random.default_rng(0)
    taste = rng.normal(size=D)
    pairs = pooled(rng.normal(size=(400, D))).reshape(200, 2, D)
    order = np.argsort(pairs @ taste, axis=1)
    losers, winners = (
        np.take_along_axis(pairs, order[:, i, None, None], axis=1)[:, 0] for i in (0, 1)
    )
    rules = NeuralRules(hidden=64, learning_rate=5e-3)
    start = Network.initial(D, rules.hidden)
    fitted = fit(start, winners[:100], losers[:100], rules)
    assert loss(fitted, winners[:100], losers[:100]) < loss(start, winners[:100], losers[:100])
    assert np.mean(fitted.reward(winners[100:]) > fitted.reward(losers[100:])) > 0.9
    again = fit(start, winners[:100], losers[:100], rules)
    np.testing.assert_array_equal(fitted.W, again.W)


# -- the arms --------------------------------------------------------------------------


@given(seeds, st.floats(0.1, 3.0))
def test_arm_1_maximises_the_papers_score(seed: int, omega: float) -> None:
    network, H = random_network(seed), random_embeddings(seed + 1, 5)
    p = np.random.default_rng(seed).dirichlet(np.ones(5))
    scores = [p[i] + omega * reward_of(network, h) for i, h in enumerate(H)]
    assert exploit_choice(p, H, network, NeuralRules(omega=omega)) == int(np.argmax(scores))


def test_without_steering_arm_1_takes_the_likeliest_token() -> None:
    network, H, p = random_network(3), random_embeddings(4, 3), np.array([0.1, 0.6, 0.3])
    assert exploit_choice(p, H, network, NeuralRules(omega=0.0)) == 1


@settings(deadline=None)
@given(seeds, st.floats(0.1, 3.0), st.floats(0.1, 3.0))
def test_arm_2_maximises_the_papers_score(seed: int, omega: float, nu: float) -> None:
    rng = np.random.default_rng(seed)
    network, H = random_network(seed), random_embeddings(seed + 1, 5)
    other = random_embeddings(seed + 2, 1)[0]
    p, V = rng.dirichlet(np.ones(5)), rng.uniform(0.5, 2.0, N_WEIGHTS)
    scores = []
    for i, h in enumerate(H):
        difference = network.gradient(h) - network.gradient(other)
        width = math.sqrt(float((difference**2 / V).sum()))
        scores.append(p[i] + omega * (reward_of(network, h) + nu * width))
    choice = explore_choice(p, H, other, network, V, NeuralRules(omega=omega, nu=nu))
    assert choice == int(np.argmax(scores))


def test_V_grows_by_the_squared_difference_of_gradients() -> None:
    V = np.full(8, 1.5)
    expected = 1.5 + np.array([0.8, 1.6, 0.6, 0.8, 0, 1, 0.4, 0.7]) ** 2
    np.testing.assert_allclose(update_precision(V, BY_HAND, H1, H2), expected)
    np.testing.assert_array_equal(V, 1.5)


@given(seeds)
@settings(max_examples=20)
def test_a_visited_pair_is_less_uncertain(seed: int) -> None:
    network, H = random_network(seed), random_embeddings(seed + 1, 2)
    V = np.ones(N_WEIGHTS)
    after = update_precision(V, network, H[0], H[1])
    assert (after >= V).all()
    before = network.widths(H[1:], H[0], V)[0]
    assert before == 0 or network.widths(H[1:], H[0], after)[0] < before
