"""Each formula of the core against its definition, written down a second time as plainly as can be."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.axes import Axis, Pole
from tpop_cli.core.features import FEATURES, text_features
from tpop_cli.core.picks import count_agreeing
from tpop_cli.core.posterior import Posterior, sigmoid
from tpop_cli.core.response_matrix import ResponseEstimate, ResponseMatrix, mean_shift
from tpop_cli.core.reward import AxesReward, Priors
from tpop_cli.core.scores import apply_repeat_penalty, probabilities, top_k_union
from tpop_cli.core.steering import Context, active_poles, contexts, tilt
from tpop_cli.decoding.thinking import split_thinking

from .test_reward import TWO, B, pick, reward

seeds = st.integers(0, 10_000)

# -- posterior -------------------------------------------------------------------------------------------


@given(st.floats(-700, 700))
def test_the_logistic_function(u: float) -> None:
    assert sigmoid(u) == pytest.approx(1 / (1 + math.exp(-u)), rel=1e-12)
    assert sigmoid(u) + sigmoid(-u) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(
    ("u", "value"), [(0.0, 0.5), (1e6, 1.0), (-1e6, 0.0), (-746.0, 0.0), (710.0, 1.0)]
)
def test_the_logistic_function_at_its_ends(u: float, value: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sigmoid(u) == value


def test_the_prior_has_the_scales_it_is_given() -> None:
    prior = Posterior.prior(np.array([0.5, 2.0]))
    assert prior.mean.tolist() == [0.0, 0.0]
    assert prior.precision.tolist() == [[4.0, 0.0], [0.0, 0.25]]
    assert prior.width(np.array([1.0, 0.0])) == pytest.approx(0.5)
    assert prior.width(np.array([3.0, 4.0])) == pytest.approx(math.hypot(1.5, 8.0))


@given(seeds, st.floats(0.2, 5.0))
def test_a_prediction_is_mackays_approximation(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    A, d = rng.normal(size=(3, 3)), rng.normal(size=3) * scale
    posterior = Posterior(rng.normal(size=3), A @ A.T + np.eye(3))
    variance = d @ np.linalg.inv(posterior.precision) @ d
    expected = sigmoid(float(posterior.mean @ d) / math.sqrt(1 + math.pi * variance / 8))
    assert posterior.predict(d) == pytest.approx(expected, rel=1e-9)


# -- scores and steering ---------------------------------------------------------------------------------


@given(seeds, st.floats(1.0, 3.0))
def test_the_repeat_penalty_is_llama_cpps(seed: int, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    row, recent = rng.normal(size=12).astype(np.float32), rng.integers(0, 12, 5).tolist()
    before = row.copy()
    naive = [
        float(x) if i not in recent else float(x) / penalty if x > 0 else float(x) * penalty
        for i, x in enumerate(row)
    ]
    np.testing.assert_allclose(apply_repeat_penalty(row, recent, penalty), naive, rtol=1e-12)
    assert apply_repeat_penalty(row, recent, penalty).dtype == np.float64
    np.testing.assert_array_equal(row, before)  # the row itself stays
    np.testing.assert_array_equal(apply_repeat_penalty(row, [], penalty), row)


@given(seeds, st.integers(1, 15))
def test_the_best_of_any_row(seed: int, k: int) -> None:
    rows = np.random.default_rng(seed).permuted(np.arange(24.0).reshape(2, 12), axis=1)
    naive = {int(i) for row in rows for i in np.argsort(-row)[:k]}
    assert top_k_union(list(rows), k).tolist() == sorted(naive)


@given(seeds)
def test_probabilities_are_the_softmax(seed: int) -> None:
    row = np.random.default_rng(seed).normal(0, 4, 10)
    ids = np.array([7, 2, 2])
    naive = [math.exp(row[i]) / sum(map(math.exp, row)) for i in ids]
    np.testing.assert_allclose(probabilities(row, ids), naive, rtol=1e-9)
    np.testing.assert_allclose(probabilities(row + 1000, ids), naive, rtol=1e-9)


TILTED = (
    Axis("a", Pole("up", "Up.", 2.0, (("you", 1.0), ("images", -0.5))), Pole("down", "Down.")),
    Axis("b", Pole("left", "Left."), Pole("right", "Right.", 1.0, (("you", 4.0),))),
)


@pytest.mark.parametrize(
    ("strengths", "expected"),
    [
        ({}, ()),
        ({"a": 2.0}, (("images", -0.5), ("you", 1.0))),
        ({"a": 1.0}, (("images", -0.25), ("you", 0.5))),
        ({"a": 9.0}, (("images", -0.5), ("you", 1.0))),
        ({"a": -1.0}, ()),
        ({"a": 2.0, "b": -0.5}, (("images", -0.5), ("you", 3.0))),
    ],
)
def test_the_tilt_is_the_sum_over_poles(strengths: dict[str, float], expected: object) -> None:
    assert tilt(TILTED, strengths) == expected


def test_poles_are_on_by_their_sign() -> None:
    assert [(pole.name, s) for pole, s in active_poles(TILTED, {"b": -0.5, "a": 1.5})] == [
        ("up", 1.5),
        ("right", 0.5),
    ]
    assert active_poles(TILTED, {"a": 0.0}) == active_poles(TILTED, {}) == []
    assert contexts(TILTED, {"b": 0.25}) == [Context(None, 0.75), Context("Left.", 0.25)]
    assert contexts(TILTED, {"b": 1.0 + 1e-12})[0].instruction == "Left."


def test_thoughts_end_at_the_first_closing_tag() -> None:
    assert split_thinking("a</think>b</think>c") == ("a", "b</think>c")
    assert split_thinking("<think>a</think>b</think>c") == ("a", "b</think>c")
    assert split_thinking("<thi") == ("", "<thi")  # all there is, unless told otherwise


# -- features --------------------------------------------------------------------------------------------


def test_features_of_a_text_that_is_counted_by_hand() -> None:
    text = (
        "You, I hope, love it!\n- Is 12 internal?\n- golden\n"  # nine words, two ends of sentences
    )
    value = dict(zip(FEATURES, text_features(text).tolist(), strict=True))
    words = ["You", "I", "hope", "love", "it", "Is", "internal", "golden"]
    n = len(words)
    assert value["length"] == pytest.approx(math.log1p(n))
    assert value["sentence length"] == pytest.approx(math.log(n / 2))
    assert value["word length"] == pytest.approx(sum(map(len, words)) / n)
    assert value["long words"] == pytest.approx(1 / n)
    assert value["list items"] == pytest.approx(math.log1p(2))
    assert value["list share"] == pytest.approx(2 / 3)
    assert value["line breaks"] == pytest.approx(math.log1p(2))
    for name, count in (
        ("exclamation marks", 1),
        ("questions", 1),
        ("addresses you", 1),
        ("says I or we", 1),
        ("numbers", 2),
        ("commas", 2),
        ("warm words", 1),
        ("hedges", 0),
        ("images", 1),
        ("examples", 0),
    ):
        assert value[name] == pytest.approx(math.log1p(100 * count / n)), name
    assert value["ends with a question"] == 0.0


def test_features_of_next_to_nothing() -> None:
    value = dict(zip(FEATURES, text_features("word").tolist(), strict=True))
    assert value["sentence length"] == 0.0
    assert value["word length"] == 4.0
    assert not text_features("").any()


# -- response matrix and reward --------------------------------------------------------------------------


@given(seeds, st.integers(2, 8), st.floats(0.3, 3.0))
def test_a_row_of_B_is_the_posterior_mean_of_a_normal_mean(seed: int, n: int, scale: float) -> None:
    shifts = np.random.default_rng(seed).normal(0.5, 1.0, (n, 3))
    found = mean_shift(shifts, scale)
    for column, shift in zip(shifts.T, found, strict=True):
        m = sum(column) / n
        noise = sum((x - m) ** 2 for x in column) / (n - 1) / n
        assert shift == pytest.approx(m * scale**2 / (scale**2 + noise), rel=1e-9)


@given(seeds, st.floats(0.5, 20.0))
def test_B_is_refined_by_ridge_regression(seed: int, n0: float) -> None:
    """The minimum of Σ‖Δx − Δz·B‖² + n0·‖B − B0‖²: there its gradient is nought."""
    rng = np.random.default_rng(seed)
    B0, dz, dx = rng.normal(size=(4, 3)), rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    kept = B0.copy()
    estimate = ResponseEstimate(B0, n0)
    np.testing.assert_allclose(estimate.B, B0, atol=1e-12)
    for z, x in zip(dz, dx, strict=True):
        estimate.observe(z, x)
    gradient = dz.T @ (dz @ estimate.B - dx) + n0 * (estimate.B - B0)
    np.testing.assert_allclose(gradient, 0, atol=1e-9)
    np.testing.assert_array_equal(B0, kept)


def test_the_priors_of_poles_built_in_and_of_ones_own() -> None:
    axes = (TWO[0], Axis("mine", Pole("x", "X."), Pole("y", "Y."), builtin=False))
    model = AxesReward.fresh(axes, B, Priors(theta=0.5, theta_own=2.0, w=4.0))
    scales = 1 / np.sqrt(np.diag(model.posterior.precision))
    np.testing.assert_allclose(scales, [0.5, 0.5, 2.0, 2.0, *[4.0] * len(FEATURES)])


def test_z_and_x_are_taken_apart() -> None:
    z, x = reward().split(np.arange(4.0 + len(FEATURES)))
    assert z.tolist() == [0, 1, 2, 3]
    assert x[0] == 4.0 and len(x) == len(FEATURES)


@pytest.mark.parametrize(
    ("strengths", "z"),
    [
        ({}, [0, 0, 0, 0]),
        ({"length": 0.5}, [0.5, 0, 0, 0]),
        ({"length": -1.5}, [0, 1, 0, 0]),
        ({"length": -3.0, "tone": -0.25}, [0, 1, 0, 0.25]),
    ],
)
def test_z_is_how_far_each_pole_is_on(strengths: dict[str, float], z: list[float]) -> None:
    assert reward().z(strengths).tolist() == z


def test_evidence_looks_along_what_an_axis_moves() -> None:
    """The shorter one has no exclamation marks: for "length" and against "warm", which adds them."""
    both = ResponseMatrix(
        {
            "brief": {"length": -1.0},
            "long": {"length": 1.0},
            "warm": {"length": 2.0},
            "cold": {"length": -2.0},
        }
    )
    model = AxesReward.fresh(TWO, both)
    assert count_agreeing(model, [pick("exploit"), pick("exploit"), pick("explore")]) == [
        (2, 3),
        (1, 3),
    ]
    one_sided = AxesReward.fresh(
        TWO, ResponseMatrix({"long": {"length": 0.1}, "cold": {"length": -0.1}})
    )
    assert count_agreeing(one_sided, [pick("exploit")]) == [(1, 1), (0, 1)]
    assert count_agreeing(AxesReward.fresh(TWO, ResponseMatrix({})), [pick("exploit")]) == [
        (0, 1),
        (0, 1),
    ]
