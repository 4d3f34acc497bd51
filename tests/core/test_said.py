"""What a user says: no arm contradicts it, and no pick changes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.bench.policies import POLICIES
from tpop_cli.core.arms import ArmRules, exploit, explore_options, explore_ucb, sample
from tpop_cli.core.axes import AXES
from tpop_cli.core.describe import axis_tastes, said_words, taste_line, taste_prompt
from tpop_cli.core.outlook import answer_reasons
from tpop_cli.core.posterior import Posterior
from tpop_cli.core.said import MAX_STYLES, MAX_WISHES, Said
from tpop_cli.core.steering import contexts, instructions, n_contexts, wish_axis
from tpop_cli.core.taste import Taste
from tpop_cli.errors import UsageError

from .builders import LENGTH, TWO_AXES, D, certain_taste, fresh_reward, seeds, taught

strengths = st.one_of(st.just(0.0), st.floats(-1, 1).filter(lambda s: abs(s) > 1e-3))
saids = st.builds(
    Said,
    st.dictionaries(st.sampled_from(["length", "tone", "an axis that is gone"]), strengths),
    st.lists(st.sampled_from(["no emojis", "British spelling"]), unique=True).map(tuple),
)


def taste_of(seed: int) -> Taste:
    """A taste of random weights and widths."""
    rng = np.random.default_rng(seed)
    posterior = Posterior(rng.normal(0, 2, D), np.diag(rng.uniform(0.1, 10, D)))
    return Taste.fresh(fresh_reward().with_posterior(posterior))


def is_kept(said: Said, arm: dict[str, float]) -> bool:
    """Whether an arm has everything that was said, and no other pole of the same axes."""
    wanted = said.on(TWO_AXES)
    return all(arm.get(name, 0.0) == s for name, s in wanted.items())


@given(saids, seeds, st.sampled_from(list(POLICIES)))
def test_no_arm_of_any_policy_contradicts_what_was_said(said: Said, seed: int, policy: str) -> None:
    taste, rules = taste_of(seed), ArmRules(said=said.on(TWO_AXES))
    pair = POLICIES[policy](np.random.default_rng(seed))(taste, rules)
    for arm in pair:
        assert is_kept(said, arm)
        assert set(arm) <= {"length", "tone", *said.wishes}
        assert all(arm.values())  # no pole of strength 0
    assert is_kept(said, sample(taste.reward, np.random.default_rng(seed), rules.said))


@given(saids, seeds)
def test_what_was_said_leaves_the_number_of_further_axes_as_it_is(said: Said, seed: int) -> None:
    taste, on = taste_of(seed), said.on(TWO_AXES)
    for most in (0, 1, 2):
        arm = exploit(taste, ArmRules(max_axes=most, said=on))
        assert len(set(arm) - set(on)) <= most
    explored = explore_ucb(taste.reward, exploit(taste, ArmRules(said=on)), ArmRules(said=on))
    assert len(set(explored) - set(on)) <= 1


@given(seeds)
def test_the_rest_is_chosen_as_without_the_axis(seed: int) -> None:
    """θ of the poles alone: what is said of one axis has no effect on the gains of another."""
    rng = np.random.default_rng(seed)
    taste = certain_taste(rng.normal(0, 1, 4).tolist(), [1.0] * 4)
    alone = exploit(taste, ArmRules(said={"length": 0.0}))
    for s in (-1.0, 0.25):
        assert exploit(taste, ArmRules(said={"length": s})) == {"length": s, **alone}


def test_options_add_to_what_was_said_and_leave_its_axis_out() -> None:
    options = explore_options(TWO_AXES, (1.0,), {"length": -0.5, "no emojis": 1.0})
    fixed = {"length": -0.5, "no emojis": 1.0}
    assert options == [fixed, {**fixed, "tone": 1.0}, {**fixed, "tone": -1.0}]
    assert explore_options(TWO_AXES, (1.0,), {"length": 0.0, "tone": 0.0}) == [{}]


def test_a_gain_is_the_one_beside_what_was_said() -> None:
    """A user for whom a little shorter is right gets no second pole that shortens further."""
    mean = np.zeros(D)
    mean[LENGTH], mean[-1] = -0.9, 1.0
    likes_shorter = Taste.fresh(fresh_reward().with_posterior(Posterior(mean, 100 * np.eye(D))))
    assert exploit(likes_shorter) == {"length": 0.25}
    assert exploit(likes_shorter, ArmRules(said={"length": -1.0})) == {"length": -1.0}
    assert exploit(likes_shorter, ArmRules(said={"length": 0.0})) == {}


# -- its limits ------------------------------------------------------------------------


def test_what_is_said_later_replaces_what_it_contradicts() -> None:
    said = Said({"length": 1.0}, ("no lists",)).add(
        Said({"length": -0.5}, ("no lists", "no tables"))
    )
    assert said == Said({"length": -0.5}, ("no lists", "no tables"))


def test_no_more_styles_and_wishes_than_an_answer_has_room_for() -> None:
    names = [axis.name for axis in AXES]
    full = Said(dict.fromkeys(names[:MAX_STYLES], 1.0))
    assert full.add(Said({names[0]: -1.0})).n_styles == MAX_STYLES
    assert full.add(Said({names[-1]: 0.0})).n_styles == MAX_STYLES  # it takes no context
    with pytest.raises(UsageError, match="at most"):
        full.add(Said({names[-1]: 1.0}))
    wishes = Said({}, tuple(map(str, range(MAX_WISHES))))
    with pytest.raises(UsageError, match="at most"):
        wishes.add(Said({}, ("one more",)))


# -- contexts --------------------------------------------------------------------------


@given(saids, st.sampled_from(["contrast", "prompt"]))
def test_contexts_of_what_was_said(said: Said, steer: str) -> None:
    axes = (*TWO_AXES, *map(wish_axis, said.wishes))
    arm = {name: s for name, s in said.on(TWO_AXES).items() if s}
    found = contexts(axes, arm, steer)  # type: ignore[arg-type]
    n_styles = len(arm) - len(said.wishes)
    assert len(found) == n_contexts(n_styles, steer, bool(said.wishes))  # type: ignore[arg-type]
    assert sum(reading.weight for reading in found) == pytest.approx(1.0)
    everything = " ".join(instructions(axes, [arm], steer))  # type: ignore[arg-type]
    assert all(wish in everything for wish in said.wishes)


# -- words -----------------------------------------------------------------------------


def test_the_words_of_what_was_said() -> None:
    said = Said({"length": -0.25, "form": 0.0}, ("no emojis",))
    assert said_words(said, AXES) == [
        "detailed (a little)",
        "neither lists nor prose",
        '"no emojis"',
    ]
    taste = taught(*["exploit"] * 8)
    said = Said({"length": -1.0})
    assert taste_line(taste, said).startswith("you said: long")
    assert "brief" not in taste_line(taste, said)
    first = axis_tastes(taste, said=said)[0]
    assert (first.axis, first.words) == ("length", "long: you said so")
    reasons = answer_reasons(TWO_AXES, {"length": -1.0}, [first], ("no emojis",))
    assert reasons == ["long: you said so", '"no emojis": you said so']


def test_picks_that_contradict_what_was_said_are_pointed_out() -> None:
    taste = taught(*["exploit"] * 12)  # short ones won
    (length,) = [t for t in axis_tastes(taste, said=Said({"length": -1.0})) if t.axis == "length"]
    assert length.contradiction.startswith("you said long, but your picks say brief: sure")
    for said in (Said({"length": 1.0}), Said({"length": 0.0}), Said()):
        assert not any(t.contradiction for t in axis_tastes(taste, said=said))
    weak = taught("exploit")
    assert not any(t.contradiction for t in axis_tastes(weak, said=Said({"length": -1.0})))


def test_a_system_prompt_has_what_was_said_before_what_was_inferred() -> None:
    taste = taught(*["exploit"] * 12)
    assert "Be brief." in taste_prompt(taste)
    said = Said({"tone": -0.25}, ("no emojis",))
    lines = taste_prompt(taste, said).splitlines()[1:]
    assert lines[0] == "- Be cold. (Only a little.)"
    assert lines[1] == "- no emojis"
    assert lines[2].startswith("- Be brief.")
    assert "Be brief." not in taste_prompt(taste, Said({"length": -1.0}))
    assert "Be brief." not in taste_prompt(taste, Said({"length": 0.0}))
    assert taste_prompt(taught(), Said()) == ""
    assert replace(said, wishes=()) == Said({"tone": -0.25})
