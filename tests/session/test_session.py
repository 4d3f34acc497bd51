"""Turns on an engine in memory: arms, sides, seeds, streaming, learning, undo."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import pairwise
from typing import Literal

import pytest

from tpop_cli.engine.protocol import Interrupted
from tpop_cli.errors import BusyError, ContextFullError
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from ..fakes import FakeEngine
from .sessions import CHAT, never_ends, session


def test_a_duel_has_two_arms_of_different_strengths_and_seeds() -> None:
    duel = session().duel(CHAT)
    assert duel.complete
    assert duel.strengths[0] == {}  # nothing is known yet
    assert duel.strengths[1] != {}
    assert duel.arms[0].request.seed != duel.arms[1].request.seed
    assert 0 < duel.predicted < 1


def test_same_seed_same_duel_and_another_seed_another() -> None:
    first, again, other = session().duel(CHAT), session().duel(CHAT), session(seed=1).duel(CHAT)
    assert [a.text for a in first.arms] == [a.text for a in again.arms]
    assert first.left == again.left
    assert [a.text for a in first.arms] != [a.text for a in other.arms]


def test_the_next_answer_uses_the_pick() -> None:
    work = session()
    for _ in range(30):
        duel = work.duel(CHAT)
        a, b = (len(arm.text) for arm in duel.arms)  # this user likes short answers
        work.learn(duel, "exploit" if a < b else "explore" if b < a else "tie")
    assert work.strengths()
    arm = work.answer(CHAT)
    assert arm is not None
    assert arm.strengths == work.strengths()
    assert (
        arm.request.prompts != session(None).request(CHAT, {}, 0).prompts
    )  # an instruction stands in a context


def test_a_pick_is_logged_with_what_was_shown() -> None:
    work = session()
    duel = work.duel(CHAT)
    pick = work.learn(duel, "explore", seconds=2.5)
    (logged,) = Profile("work").picks()
    assert logged == pick
    assert (logged.exploit.text, logged.explore.text) == tuple(arm.text for arm in duel.arms)
    assert logged.explore.strengths == duel.strengths[1]
    assert (logged.left, logged.predicted, logged.seconds) == (duel.left, duel.predicted, 2.5)


@pytest.mark.parametrize("key", ["1", "2"])
def test_an_early_pick_ends_the_loser_and_compares_what_was_there(key: Literal["1", "2"]) -> None:
    ours = session(logits=never_ends)
    for duel in ours.duel_steps(CHAT):
        if len(duel.arms[0].tokens) == 6:
            duel.pick_early(key)
    winner = duel.order[int(key) - 1]
    assert duel.complete
    assert duel.arms[winner].finish_reason == "length"
    assert duel.arms[1 - winner].finish_reason == "dropped"
    assert (len(duel.arms[winner].tokens), len(duel.arms[1 - winner].tokens)) == (20, 6)
    pick = ours.learn(duel, duel.verdict(key))
    assert pick.early
    assert duel.chosen(pick.verdict) is duel.arms[winner]
    (logged,) = Profile("work").picks()
    assert logged.early
    for candidate, arm in zip((logged.exploit, logged.explore), duel.arms, strict=True):
        assert len(candidate.text.split()) == 6
        assert arm.text.startswith(candidate.text)


def test_without_a_profile_nothing_is_steered() -> None:
    arm = session(None).answer(CHAT)
    assert arm is not None
    assert arm.strengths == {}
    assert arm.request.weights == (1.0,)


def test_many_answers_come_in_order() -> None:
    work = session()
    chats = [[{"role": "user", "content": f"question number {i}"}] for i in range(25)]
    found = list(work.answer_many(chats))
    assert len(found) == 25
    for arm, chat in zip(found, chats, strict=True):
        assert list(arm.request.prompts[0]) == work.engine.chat_tokens(chat)


def test_a_duel_streamed_step_by_step_is_the_duel_decoded_whole() -> None:
    lengths = []
    for streamed in session().duel_steps(CHAT):
        lengths.append(max(len(arm.tokens) for arm in streamed.arms))
    whole = session().duel(CHAT)
    assert lengths == sorted(lengths)
    assert streamed.answers == whole.answers
    assert (streamed.left, streamed.predicted) == (whole.left, whole.predicted)


def test_an_answer_streamed_step_by_step_is_the_answer_decoded_whole() -> None:
    texts = [arm.answer for arm in session().answer_steps(CHAT)]
    whole = session().answer(CHAT)
    assert whole is not None
    assert texts[-1] == whole.answer
    assert all(later.startswith(text) for text, later in pairwise(texts))


def test_leaving_a_stream_ends_its_arms_and_the_session_goes_on() -> None:
    work = session(logits=never_ends)
    with closing(work.duel_steps(CHAT)) as steps:
        duel = next(steps)
    assert not duel.complete
    assert work.engine.open_now == {}  # type: ignore[attr-defined]
    assert work.duel(CHAT).complete


def test_a_question_is_a_chat_of_one_message_behind_the_system_prompt() -> None:
    work = session(system="Be nice.")
    assert work.messages("Why?") == [
        {"role": "system", "content": "Be nice."},
        {"role": "user", "content": "Why?"},
    ]
    asked, given = session(system="Be nice.").answer("Why?"), work.answer(work.messages("Why?"))
    assert asked is not None
    assert given is not None
    assert asked.tokens == given.tokens
    history = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert work.messages("c", history)[1:3] == history


def test_an_answer_that_was_given_can_be_an_arm_of_a_duel() -> None:
    work = session()
    answer = work.answer(CHAT)
    assert answer is not None
    duel = work.finish_duel(work.prepare_comparison(CHAT, answer))
    assert duel.complete
    assert duel.arms[0] is answer
    assert duel.strengths[0] == answer.strengths
    pick = work.learn(duel, "exploit")
    assert pick.exploit.text == answer.answer


def test_a_duel_against_the_plain_answer_has_one_seed_and_no_prediction() -> None:
    work = session()
    for _ in range(30):
        duel = work.duel(CHAT)
        a, b = (len(arm.text) for arm in duel.arms)
        work.learn(duel, "exploit" if a < b else "explore" if b < a else "tie")
    duel = work.finish_duel(work.prepare_duel_against_plain(CHAT, left="explore"))
    assert duel.strengths == (work.strengths(), {})
    assert duel.arms[0].request.seed == duel.arms[1].request.seed
    assert (duel.left, duel.predicted) == ("explore", 0.5)


class Interrupting(FakeEngine):
    """The stop flag is set while the prompt is evaluated."""

    def open(self, prompts: Sequence[Sequence[int]], checkpoint: int = 0) -> list[int]:
        raise Interrupted


def test_a_turn_that_is_stopped_at_once_gives_no_answer_and_no_duel() -> None:
    engine = Interrupting()
    work = Session(engine, AxesLearner(engine, Profile("work")), SessionOptions(max_tokens=20))
    assert work.answer(CHAT) is None
    assert list(work.answer_steps(CHAT)) == []
    duel = work.duel(CHAT)
    assert not duel.complete
    assert duel.answers == ("", "")


def test_a_prompt_of_many_that_is_too_long_is_named_before_any_is_answered() -> None:
    work = session()
    work.engine.n_ctx = 40
    with pytest.raises(ContextFullError, match="of 2, prompt 2"):
        list(work.answer_many(["one", "word " * 60]))
    assert work.engine.log == []  # type: ignore[attr-defined]


def test_undo_leaves_the_session_as_if_the_pick_had_never_been_made() -> None:
    work = session()
    for _ in range(4):
        work.pick(work.duel(CHAT), "first")
    before = work.taste
    work.pick(work.duel(CHAT), "second")
    undone = work.undo()
    assert undone.id == 5
    after = work.taste
    assert after.reward.posterior.mean.tolist() == before.reward.posterior.mean.tolist()
    assert after.reward.B.tolist() == before.reward.B.tolist()


def test_a_pick_that_cannot_be_saved_is_an_error_and_is_not_learned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work = session()
    duel = work.duel(CHAT)
    before = work.taste.reward.posterior.mean.tolist()

    def busy(_: object) -> None:
        raise BusyError("in use", "wait")

    monkeypatch.setattr(Profile, "record", lambda _self, pick, _also: busy(pick))
    with pytest.raises(BusyError, match="the pick was not saved: in use"):
        work.learn(duel, "exploit")
    assert work.taste.reward.posterior.mean.tolist() == before


def test_without_texts_a_pick_teaches_the_same() -> None:
    with_texts, without = session("a"), session("b", keep_texts=False)
    for work in (with_texts, without):
        work.pick(work.duel(CHAT), "first")
    assert Profile("b").picks()[0].prompt == ""
    a, b = (work.taste.reward.posterior.mean for work in (with_texts, without))
    assert a.tolist() == pytest.approx(b.tolist())


def test_a_profile_that_cannot_be_used_leaves_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    work = session()
    for _ in range(3):
        work.pick(work.duel(CHAT), "first")
    before = work.taste.reward.B.tolist()
    with monkeypatch.context() as patch:
        patch.setattr(Profile, "recent", interrupt)
        with pytest.raises(KeyboardInterrupt):
            work.use(Profile("play"))
    assert work.learner.profile.name == "work"
    assert work.taste.reward.B.tolist() == before


def test_the_instructions_of_the_next_turn_are_known_before_its_question() -> None:
    work = session()
    expected, question = work.next_instructions(duel=True), CHAT[0]["content"]
    duel = work.prepare_duel(CHAT)
    prompts = {prompt for request in duel.requests for prompt in request.prompts}
    read = [
        tuple(work.request(work.messages(f"{one}\n\n{question}"), {}, 0).prompts[0])
        for one in expected
    ]
    assert set(read) < prompts
    assert len(prompts) == len(read) + 1  # and the plain context
    assert session(None).next_instructions(duel=True) == []


def test_steering_by_a_prompt_reads_one_context() -> None:
    work = session(steer="prompt")
    duel = work.duel(CHAT)
    assert [len(request.prompts) for request in duel.requests] == [1, 1]
    assert duel.requests[0].prompts != duel.requests[1].prompts
    assert work.pick(duel, "first").steer == "prompt"
    strengths = {s for request in duel.requests for _, s in request.strengths}
    assert {abs(s) for s in strengths} == {1.0}  # an instruction has no amount
