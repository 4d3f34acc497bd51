"""A duel's sides, verdicts and texts."""

from __future__ import annotations

import pytest

from tpop_cli.core.picks import ArmName, Verdict
from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.engine.protocol import Sampling
from tpop_cli.session.duel import Choice, Duel, Key

from .sessions import CHAT, session

REQUEST = ArmRequest(((100,),), (1.0,), Sampling(), 0, 9)


def duel(left: ArmName, *texts: str) -> Duel:
    arms = [Arm(REQUEST, text=text, finish_reason="stop") for text in texts]
    return Duel("Why?", (REQUEST, REQUEST), left, arms)


def test_the_order_on_screen_is_random() -> None:
    lefts = [session(seed=seed).prepare_duel(CHAT).left for seed in range(40)]
    assert 8 < lefts.count("exploit") < 32


@pytest.mark.parametrize(
    ("key", "choice", "if_exploit_is_left", "if_explore_is_left"),
    [
        ("1", "first", "exploit", "explore"),
        ("2", "second", "explore", "exploit"),
        ("=", "tie", "tie", "tie"),
        ("x", "both-bad", "both-bad", "both-bad"),
        ("s", "skip", "skip", "skip"),
    ],
)
def test_choices_are_about_sides_and_verdicts_about_arms(
    key: Key, choice: Choice, if_exploit_is_left: Verdict, if_explore_is_left: Verdict
) -> None:
    for said in (key, choice):
        assert duel("exploit").verdict(said) == if_exploit_is_left
        assert duel("explore").verdict(said) == if_explore_is_left


def test_answers_are_in_the_order_shown_and_compared_texts_by_arm() -> None:
    swapped = duel("explore", "Yes.", "No.")
    assert swapped.answers == ("No.", "Yes.")
    assert swapped.compared == ("Yes.", "No.")
    assert swapped.chosen("explore").answer == "No."
    for verdict in ("exploit", "tie", "both-bad", "skip"):
        assert swapped.chosen(verdict).answer == "Yes."


def test_thoughts_are_not_compared() -> None:
    thinking = duel("exploit", "<think>long thoughts</think>\n\nYes.", "No.")
    assert thinking.compared == ("Yes.", "No.")


def test_a_duel_is_complete_when_both_answers_ended() -> None:
    assert duel("exploit", "a", "b").complete
    assert not duel("exploit", "a").complete
    cut = duel("exploit", "a", "b")
    cut.arms[1].finish_reason = "interrupted"
    assert not cut.complete
    cut.arms[1].finish_reason = "dropped"
    assert not cut.complete
    cut.early = ("a", "b")
    assert cut.complete


def test_an_early_pick_needs_text_of_both_and_counts_once() -> None:
    early = duel("exploit", "a", "b")
    early.pick_early("1")
    assert early.early is None  # no token yet
    for arm in early.arms:
        arm.tokens.append(1)
    early.pick_early("1")
    early.pick_early("2")
    assert [arm.dropped for arm in early.arms] == [False, True]
