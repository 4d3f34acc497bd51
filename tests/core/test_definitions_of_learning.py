"""Taste, asking and the paper's network against their definitions, written down a second time."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tpop_cli.core.arms import ArmRules, candidates, explore_ucb, upper_bounds
from tpop_cli.core.asking import AskRules, optimistic_gain, should_ask
from tpop_cli.core.neural import (
    Network,
    NeuralRules,
    exploit_choice,
    explore_choice,
    fit,
    loss_gradient,
    pooled,
    update_precision,
)
from tpop_cli.core.taste import Observation, Taste

from .test_neural import flat, some_embeddings, some_network
from .test_reward import TWO, taught
from .test_taste import differences, fresh, likes_short

seeds = st.integers(0, 10_000)

# -- taste and asking ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "weight"), [(1.0, 1.0), (0.0, 1.0), (0.5, 0.5)])
def test_what_is_seen_and_what_it_is_evidence_of(outcome: float, weight: float) -> None:
    before = fresh().learn(differences(1, 3)[0], 1.0)
    d = differences(1, 5)[0]
    p = 0.9 * before.reward.predict(d) + 0.05
    log_p = outcome * math.log(p) + (1 - outcome) * math.log(1 - p)
    after = before.learn(d, outcome, weight)
    assert after.recent[-1].log_p == pytest.approx(log_p)
    assert after.log_bayes_factor == pytest.approx(
        before.log_bayes_factor + weight * (log_p - math.log(0.5))
    )
    assert (after.recent[-1].outcome, after.recent[-1].weight) == (outcome, weight)


def turned_naively(taste: Taste) -> Taste:
    """The taste that starts afresh within the last picks, if those are told e³ times better so."""
    best, most = taste, 3.0
    for span in (3, 4, 5, 6, 8, 10, 12, 16):
        if span < taste.n and span <= len(taste.recent):
            afresh = Taste.fresh(taste.reward.with_posterior(taste.prior))
            for seen in taste.recent[-span:]:
                afresh = afresh._observe(seen.difference, seen.outcome, seen.weight)
            factor = sum(s.log_p for s in afresh.recent) - sum(
                s.log_p for s in taste.recent[-span:]
            )
            if factor > most:
                best, most = afresh, factor
    return best


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(0, 25), st.integers(0, 12))
def test_a_turn_is_found_where_it_is_likeliest(seed: int, before: int, after: int) -> None:
    taste = naive = fresh()
    for i, d in enumerate(differences(before + after, seed)):
        outcome = likes_short(d) if i < before else 1.0 - likes_short(d)
        with_it = naive._observe(d, outcome, 1.0)
        naive = turned_naively(with_it) if with_it.recent[-1].mispredicted else with_it
        taste = taste.learn(d, outcome)
        assert (taste.n, len(taste.recent)) == (naive.n, len(naive.recent))
        np.testing.assert_array_equal(taste.reward.posterior.mean, naive.reward.posterior.mean)
        assert taste.prior is naive.prior


def test_another_matrix_changes_what_is_expected_and_not_what_is_liked() -> None:
    taste = taught("exploit", "explore")
    other = taste.with_B(2 * taste.reward.B)
    assert other.reward.posterior is taste.reward.posterior
    assert (other.n, other.recent, other.log_bayes_factor) == (
        taste.n,
        taste.recent,
        taste.log_bayes_factor,
    )
    np.testing.assert_array_equal(other.reward.B, 2 * taste.reward.B)


def test_when_it_asks_to_the_number() -> None:
    arms, rules = ArmRules(), AskRules(min_picks=3, min_gain=1e9, recheck_every=4, recent_misses=2)
    right, wrong = (
        Observation(np.zeros(1), 1.0, 1.0, -0.1),
        Observation(np.zeros(1), 1.0, 1.0, -2.0),
    )

    def asks(
        n: int,
        singles: int = 0,
        recent: tuple[Observation, ...] = (right,) * 4,
        min_gain: float = 1e9,
    ) -> bool:
        taste = Taste(fresh().reward, fresh().prior, recent, n)
        return should_ask(
            taste,
            {},
            singles,
            arms,
            AskRules(rules.min_picks, min_gain, rules.recheck_every, rules.recent_misses),
        )

    assert asks(2) and not asks(3)
    assert asks(3, singles=4) and not asks(3, singles=3)
    assert asks(3, recent=(*[right] * 4, wrong, right)) and not asks(
        3, recent=(*[wrong] * 4, right, right)
    )
    gain = optimistic_gain(fresh(), {}, arms)
    assert asks(3, min_gain=gain - 1e-9) and not asks(3, min_gain=gain)


def test_the_optimistic_gain_is_the_highest_bound_by_the_rules_that_are_given() -> None:
    learned = taught("exploit", "exploit")
    for nu in (0.0, 3.0):
        rules = ArmRules(nu=nu)
        bounds = upper_bounds(learned.reward, {"tone": 1.0}, rules)
        assert optimistic_gain(learned, {"tone": 1.0}, rules) == bounds.max()
        best = explore_ucb(learned.reward, {"tone": 1.0}, rules)
        assert best == candidates(TWO)[int(np.argmax(bounds))]
    assert explore_ucb(learned.reward, {}, ArmRules(nu=0.0)) != explore_ucb(
        learned.reward, {}, ArmRules(nu=50.0)
    )


# -- the paper's network ---------------------------------------------------------------------------------


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


@given(seeds, st.integers(1, 4))
def test_pooling_makes_each_of_many_one_long(seed: int, n: int) -> None:
    total = np.random.default_rng(seed).normal(size=(n, 3, 5)) * 7
    for i in range(n):
        for j in range(3):
            np.testing.assert_allclose(
                pooled(total)[i, j], total[i, j] / math.sqrt((total[i, j] ** 2).sum())
            )
    assert not pooled(np.zeros(5)).any()
    np.testing.assert_allclose(pooled(np.array([1e-6, 0.0])), [1.0, 0.0])


@settings(deadline=None, max_examples=15)
@given(seeds, st.integers(1, 5), st.integers(1, 6))
def test_a_fit_is_adamw_written_down(seed: int, n: int, epochs: int) -> None:
    """Loshchilov & Hutter 2019, algorithm 2, with β = (0.9, 0.999), ε = 10⁻⁸ and decay λ/(n + 50) times the rate."""
    start, rules = some_network(seed), NeuralRules(lam=30.0, epochs=epochs, learning_rate=0.05)
    H = some_embeddings(seed, 2 * n)
    theta, m, v = flat(start), 0.0, 0.0
    shape = start.W.shape
    for t in range(1, epochs + 1):
        size = shape[0] * shape[1]
        here = Network(
            theta[:size].reshape(shape), theta[size : size + shape[0]], theta[size + shape[0] :]
        )
        g = flat(loss_gradient(here, H[:n], H[n:]))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        theta = theta - rules.learning_rate * (
            m_hat / (np.sqrt(v_hat) + 1e-8) + rules.lam / (n + 50) * theta
        )
    before = flat(start)
    np.testing.assert_allclose(flat(fit(start, H[:n], H[n:], rules)), theta, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(flat(start), before)
    assert fit(start, H[:0], H[:0], rules) is start


def test_losses_of_any_size_have_a_gradient() -> None:
    huge = some_network(1)
    huge = Network(1e4 * huge.W, huge.b, 1e4 * huge.a)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for order in (1, -1):
            H = some_embeddings(2, 2)[::order]
            assert np.isfinite(flat(loss_gradient(huge, H[:1], H[1:]))).all()


@settings(deadline=None)
@given(seeds, st.floats(0.1, 3.0), st.floats(0.1, 3.0))
def test_the_explore_arm_takes_what_the_paper_says(seed: int, omega: float, nu: float) -> None:
    rng = np.random.default_rng(seed)
    network, H, other = (
        some_network(seed),
        some_embeddings(seed + 1, 5),
        some_embeddings(seed + 2, 1)[0],
    )
    p, V = rng.dirichlet(np.ones(5)), rng.uniform(0.5, 2.0, len(flat(network)))
    scores = []
    for i, h in enumerate(H):
        difference = network.gradient(h) - network.gradient(other)
        width = math.sqrt(float((difference**2 / V).sum()))
        scores.append(p[i] + omega * (float(network.reward(h[None])[0]) + nu * width))
    assert explore_choice(p, H, other, network, V, NeuralRules(omega=omega, nu=nu)) == int(
        np.argmax(scores)
    )


@given(seeds, st.floats(0.1, 3.0))
def test_the_exploit_arm_takes_what_the_paper_says(seed: int, omega: float) -> None:
    network, H = some_network(seed), some_embeddings(seed + 1, 5)
    p = np.random.default_rng(seed).dirichlet(np.ones(5))
    scores = [p[i] + omega * float(network.reward(h[None])[0]) for i, h in enumerate(H)]
    assert exploit_choice(p, H, network, NeuralRules(omega=omega)) == int(np.argmax(scores))


@given(seeds)
def test_V_grows_by_the_squared_difference_of_gradients(seed: int) -> None:
    network, H = some_network(seed), some_embeddings(seed, 2)
    V = np.full(len(flat(network)), 1.5)
    expected = V + (network.gradient(H[0]) - network.gradient(H[1])) ** 2
    np.testing.assert_allclose(update_precision(V, network, H[0], H[1]), expected)
    np.testing.assert_array_equal(V, 1.5)
