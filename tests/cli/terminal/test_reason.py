"""/why: three differences are offered, and the one that is named counts more."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from tpop_cli.cli.terminal.chat import Chat
from tpop_cli.cli.terminal.reason import reasons
from tpop_cli.errors import UsageError
from tpop_cli.store.chats import Turn
from tpop_cli.store.profile import Profile

from ...core.builders import pick
from ...session.sessions import session
from .test_slash_commands import do, ids


def picked(profile: str = "work") -> Chat:
    """A chat whose last turn was a duel that the shorter answer has won."""
    chat = Chat(session(profile), Console(file=io.StringIO(), width=200))
    made = chat.profile.record(pick("exploit"))
    chat.turns.append(Turn("q", made.exploit.text, made.id, profile, made.time))
    return chat


def test_the_largest_differences_are_offered_and_one_is_taken() -> None:
    chat = picked()
    before = Profile("work").taste.reward.posterior.mean
    shown = do(chat, "/why")
    assert "what decided? 1) 83% shorter" in shown
    assert Profile("work").find().reason == ""
    assert "noted: 83% shorter" in do(chat, "/why 1")
    after = Profile("work")
    assert (after.find().reason, after.find().verdict) == ("length", "exploit")
    assert (after.taste.reward.posterior.mean != before).any()
    assert (chat.profile.taste.reward.posterior.mean == after.taste.reward.posterior.mean).all()
    do(chat, "/undo")
    assert ids("work") == [] and Profile("work").taste.n == 0


@pytest.mark.parametrize("text", ["0", "9", "first", "-1", "²"])
def test_a_number_that_is_not_offered_is_refused(text: str) -> None:
    chat = picked()
    with pytest.raises(UsageError):
        do(chat, f"/why {text}")
    assert Profile("work").find().reason == ""


def test_where_nothing_was_picked_or_nothing_differs_it_says_so() -> None:
    chat = Chat(session(), Console(file=io.StringIO(), width=200))
    assert "not picked" in do(chat, "/why")
    chat.turns.append(Turn("q", "An answer."))
    assert "not picked" in do(chat, "/why")
    same = pick("exploit")
    same = replace(same, explore=replace(same.explore, text=same.exploit.text))
    made = chat.profile.record(same)
    chat.turns.append(Turn("q", "An answer.", made.id, "work", made.time))
    assert "no difference" in do(chat, "/why")
    made = chat.profile.record(pick("exploit").without_texts())
    chat.turns.append(Turn("q", "An answer.", made.id, "work", made.time))
    assert "not kept" in do(chat, "/why 1")


def test_what_is_unknown_of_a_cut_answer_is_no_reason() -> None:
    made = pick("exploit")
    cut = replace(made, exploit=replace(made.exploit, finish_reason="length"))
    assert next(one.feature for one in reasons(made)) == "length"
    assert "length" not in [one.feature for one in reasons(cut)]
    assert reasons(replace(made, verdict="tie")) == []


def test_an_amended_pick_has_no_reason_any_more() -> None:
    chat = picked()
    do(chat, "/why 1")
    chat.profile.amend(1, "explore")
    assert Profile("work").find().reason == ""
    assert next(one.words for one in reasons(Profile("work").find())) == "6.0 times as long"
