"""A recorded pick in full, and how well picks were predicted."""

from __future__ import annotations

from dataclasses import replace

from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.ui.picks import history_view, pick_view

from .console import draw


def pick(verdict: Verdict = "exploit", predicted: float = 0.75) -> Pick:
    return Pick(
        id=7,
        time="2026-01-01T10:00:00",
        prompt="Why \x1b[31m?",
        exploit=Candidate("Because.", {"length": 1.5}, 1, "stop"),
        explore=Candidate("No reason.", {}, 2, "stop"),
        verdict=verdict,
        left="explore",
        predicted=predicted,
        seconds=2.4,
        source="chat",
        model="m",
        fingerprint="f",
    )


def test_a_pick_is_shown_as_the_user_saw_it() -> None:
    lines = draw(pick_view(pick()), 120)
    assert lines[0].strip() == "7. Why ^[[31m?"
    first, second = lines[2].split("││")
    assert "No reason." in first and "Because." in second  # the explore arm was on the left
    assert lines[3].split("╯╰")[1].rstrip("─╯").endswith("picked ")
    assert " ".join(line.strip() for line in lines[4:]) == (
        "2026-01-01 10:00:00 · exploit · after 2 s · predicted: 75% for exploit"
        " · exploit: length +1.5 · explore: plain"
    )


def test_a_pick_without_texts_says_so() -> None:
    lines = draw(pick_view(pick().without_texts()), 120)
    assert lines[1].strip() == "the texts of this pick were not kept"


def test_the_history_has_a_row_for_every_ten_predicted_picks() -> None:
    picks = [pick()] * 9 + [pick("explore")] * 3 + [pick("tie"), replace(pick(), predicted=0.5)]
    assert [line.strip() for line in draw(history_view(picks))] == [
        "2026-01-01  █████████░  9 of 10",
        "2026-01-01  ░░  0 of 2",
        "9 of 12 picks predicted correctly",
    ]


def test_a_history_without_predictions_says_so() -> None:
    assert draw(history_view([pick("tie")])) == ["no pick has been predicted yet"]
