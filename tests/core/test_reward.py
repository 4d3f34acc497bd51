from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tpop_cli.core.arms import ArmRules, candidates, exploit, explore_ucb, sample
from tpop_cli.core.axes import AXES, Axis, Pole
from tpop_cli.core.features import FEATURES, SPREAD, text_features
from tpop_cli.core.lexicon import CLASSES
from tpop_cli.core.picks import Candidate, Pick, Verdict, count_agreeing, fold, learn_pick
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.response_matrix import ResponseMatrix, mean_shift
from tpop_cli.core.reward import AxesReward
from tpop_cli.core.steering import active_poles, contexts, with_instruction
from tpop_cli.core.taste import Taste

TWO = (
    Axis("length", Pole("brief", "Be brief."), Pole("long", "Be long.", 1.5)),
    Axis("tone", Pole("warm", "Be warm."), Pole("cold", "Be cold.")),
)
B = ResponseMatrix(
    {"brief": {"length": -2.0}, "long": {"length": 1.0}, "warm": {"exclamation marks": 2.0}}
)


def reward() -> AxesReward:
    return AxesReward.fresh(TWO, B)


def taught(*verdicts: Verdict) -> Taste:
    return fold(Taste.fresh(reward()), [pick(verdict, n + 1) for n, verdict in enumerate(verdicts)])


def pick(verdict: Verdict, n: int = 1) -> Pick:
    short = Candidate("One two three. " * 2, {"length": 1.0}, 1, "stop")
    long = Candidate("One two three. " * 12, {}, 2, "stop")
    return Pick(
        n,
        "2026-01-01T00:00:00+00:00",
        "q",
        short,
        long,
        verdict,
        "exploit",
        0.5,
        1.0,
        "ask",
        "m",
        "f",
    )


def test_axes_are_ten_or_more_and_their_names_unique() -> None:
    assert len(AXES) >= 10
    names = [axis.name for axis in AXES] + [pole.name for axis in AXES for pole in axis.poles]
    assert len(set(names)) == len(names)


def test_tilts_name_classes_that_there_are() -> None:
    assert {name for axis in AXES for pole in axis.poles for name, _ in pole.tilt} <= set(CLASSES)


def test_z_has_one_entry_a_pole_and_full_strength_is_one() -> None:
    assert reward().z({"length": 1.0}).tolist() == [1, 0, 0, 0]
    assert reward().z({"length": -0.75, "tone": 5}).tolist() == [0, 0.5, 1, 0]


def test_the_gradient_feature_is_z_then_the_text_in_spreads() -> None:
    f = reward().gradient({"tone": -1.0}, "Hello there!")
    assert f[:4].tolist() == [0, 0, 0, 1]
    np.testing.assert_allclose(f[4:], text_features("Hello there!") / SPREAD)


def test_leans_are_half_the_difference_of_gains_with_their_certainty() -> None:
    """Against draws of (θ, w): g = θ + B·w."""
    rng = np.random.default_rng(0)
    D = 4 + len(FEATURES)
    A = rng.normal(size=(D, D))
    posterior = Posterior(rng.normal(size=D), A @ A.T + np.eye(D))
    axis_preferences, certainty = reward().with_posterior(posterior).axis_preferences()
    matrix = B.matrix(["brief", "long", "warm", "cold"], FEATURES)
    draws = rng.multivariate_normal(
        posterior.mean, np.linalg.inv(posterior.precision), size=200_000
    )
    gains = draws[:, :4] + draws[:, 4:] @ matrix.T
    naive = (gains[:, 0::2] - gains[:, 1::2]) / 2
    np.testing.assert_allclose(axis_preferences, naive.mean(0), atol=0.05)
    np.testing.assert_allclose(
        certainty, (np.sign(naive) == np.sign(axis_preferences)).mean(0), atol=0.01
    )


def test_picks_move_the_lean_of_their_axis() -> None:
    axis_preferences, certainty = taught(*["exploit"] * 3).reward.axis_preferences()
    assert axis_preferences[0] > 0
    assert 0.5 <= certainty[1] < certainty[0] < 1


def test_tie_is_weak_and_skip_and_both_bad_teach_nothing() -> None:
    fresh = Taste.fresh(reward())
    for verdict in ("skip", "both-bad"):
        assert learn_pick(fresh, pick(verdict)) is fresh  # type: ignore[arg-type]
    tied, won = learn_pick(fresh, pick("tie")), learn_pick(fresh, pick("exploit"))
    np.testing.assert_allclose(tied.reward.posterior.mean, 0, atol=1e-12)
    before = np.trace(fresh.reward.posterior.precision)
    assert np.trace(tied.reward.posterior.precision) > before
    assert np.abs(won.reward.posterior.mean).max() > 0.05


def test_nothing_is_exploited_before_the_first_pick() -> None:
    assert exploit(taught()) == {}


def test_what_was_picked_is_exploited() -> None:
    assert exploit(taught(*["exploit"] * 5)) == {"length": 1.0}
    assert exploit(taught(*["explore"] * 5))["length"] == -1.5  # the pole's full strength


def test_a_coin_toss_is_no_prediction() -> None:
    predicted = [replace(pick(v), predicted=p).predicted_correctly for v, p in PREDICTIONS]
    assert predicted == [True, False, False, True, None, None, None]


PREDICTIONS: list[tuple[Verdict, float]] = [
    ("exploit", 0.7),
    ("explore", 0.7),
    ("exploit", 0.2),
    ("explore", 0.2),
    ("exploit", 0.5),
    ("tie", 0.7),
    ("skip", 0.7),
]


def test_evidence_counts_what_the_winners_were_like() -> None:
    picks = [
        pick("exploit", 1),
        pick("exploit", 2),
        pick("explore", 3),
        pick("tie", 4),
        pick("skip", 5),
    ]
    counted = count_agreeing(reward(), picks)
    assert counted[0] == (2, 3)  # the shorter of the two won twice in three clear picks


def test_a_second_pole_counts_for_what_it_adds() -> None:
    both = AxesReward.fresh(
        TWO,
        ResponseMatrix(
            {"brief": {"length": -2.0, "commas": 1.0}, "warm": {"length": -1.5, "commas": -0.5}}
        ),
    )
    x = both.expected({"length": 1.0, "tone": 1.0})[4:]
    assert x[FEATURES.index("length")] == -2.0
    assert x[FEATURES.index("commas")] == 0.5
    # who likes short texts, and nothing else that is known, is answered with "brief" alone
    mean = np.zeros(4 + len(FEATURES))
    mean[4 + FEATURES.index("length")] = -1.0
    liking = both.with_posterior(Posterior(mean, 100 * np.eye(len(mean))))
    assert exploit(Taste.fresh(liking), ArmRules(max_axes=2)) == {"length": 1.0}


def test_candidates_hold_nothing_and_every_pole() -> None:
    found = candidates(TWO)
    assert {} in found
    assert len({tuple(sorted(c.items())) for c in found}) == len(found) == 1 + 4


def test_explore_maximises_the_papers_rule() -> None:
    learned = taught("exploit").reward
    rules = ArmRules(max_axes=2, nu=0.7)
    against = {"length": 1.0}
    V_inv = np.linalg.inv(learned.posterior.precision)

    def score(s: dict[str, float]) -> float:
        d = learned.expected(s) - learned.expected(against)
        return float(learned.posterior.mean @ d + rules.nu * np.sqrt(d @ V_inv @ d))

    best = explore_ucb(learned, against, rules)
    assert score(best) == pytest.approx(max(map(score, candidates(TWO))))
    assert best != against


def test_thompson_is_seeded_and_follows_the_posterior() -> None:
    learned = taught(*["exploit"] * 30).reward
    draws = [sample(learned, np.random.default_rng(seed)) for seed in range(40)]
    assert draws[0] == sample(learned, np.random.default_rng(0))
    assert np.mean([d.get("length", 0) > 0 for d in draws]) > 0.8


def test_contexts_sum_to_one_and_drop_the_plain_one_at_strength_one() -> None:
    assert [(c.instruction, c.weight) for c in contexts(TWO, {})] == [(None, 1.0)]
    assert [(c.instruction, c.weight) for c in contexts(TWO, {"tone": 1.0})] == [("Be warm.", 1.0)]
    amplified = contexts(TWO, {"length": -1.5, "tone": 1.0})
    assert [(c.instruction, c.weight) for c in amplified] == [
        (None, -0.5),
        ("Be long. Be warm.", 1.5),
    ]


def test_the_instruction_stands_at_the_end_of_the_prompt() -> None:
    assert with_instruction("Why?", "Be brief.") == "Why?\n\nBe brief."
    assert with_instruction("Why?", None) == "Why?"
    assert [p.name for p, _ in active_poles(TWO, {"tone": -1, "length": 0.0})] == ["cold"]


def test_a_shift_seen_by_chance_is_shrunk() -> None:
    steady, noisy = (
        np.full((6, 1), 2.0) + np.linspace(-0.1, 0.1, 6)[:, None],
        np.array([[6.0], [-2], [6], [-2]]),
    )
    assert mean_shift(steady)[0] == pytest.approx(2.0, rel=0.01)
    assert mean_shift(noisy)[0] < 0.5
    assert mean_shift(np.array([[2.0]]))[0] == 0  # one prompt shows nothing


def test_a_response_matrix_by_names() -> None:
    assert B.matrix(["warm", "nobody"], ["length", "exclamation marks"]).tolist() == [
        [0, 2],
        [0, 0],
    ]
    assert B.shrunk(0.5).rows["brief"]["length"] == -1
