"""Session on an engine in memory: arms, sides, seeds, learning, and room in the context."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.decoding.decoder import ArmRequest
from tpop_cli.decoding.requests import fit, trim
from tpop_cli.engine.protocol import Sampling
from tpop_cli.errors import BadDataError, ContextFullError, NoInputError, TpopError, UsageError
from tpop_cli.session.duel import Duel
from tpop_cli.session.judge import JudgeProcess
from tpop_cli.session.session import Session, SessionOptions
from tpop_cli.session.teach import teach
from tpop_cli.store.profile import Profile

from .fakes import FakeEngine

CHAT = [{"role": "user", "content": "Why is the sky blue?"}]


def session(name: str | None = "work", seed: int = 0) -> Session:
    options = SessionOptions(max_tokens=20, seed=seed)
    return Session(FakeEngine(), Profile(name) if name else None, options)


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


def test_the_order_on_screen_is_random_and_verdicts_are_kept_by_arm() -> None:
    duels = [session(seed=s).duel(CHAT) for s in range(40)]
    lefts = [duel.left for duel in duels]
    assert 8 < lefts.count("exploit") < 32
    for duel in duels:
        first, second = (("exploit", "explore")[i] for i in duel.order)
        assert (duel.verdict("1"), duel.verdict("2")) == (first, second)
        assert duel.left == first
        assert duel.verdict("=") == "tie"
        assert duel.verdict("x") == "both-bad"
        assert duel.verdict("s") == "skip"


def test_the_next_answer_uses_the_pick() -> None:
    work = session()
    for _ in range(30):
        duel = work.duel(CHAT)
        a, b = (len(arm.text) for arm in duel.arms)  # this user likes short answers
        work.learn(duel, "exploit" if a < b else "explore" if b < a else "tie")
    assert work.exploit_strengths()
    arm, strengths = work.answer(CHAT)
    assert arm is not None
    assert strengths == work.exploit_strengths()
    assert (
        arm.request.prompts != session(None).plan(CHAT, {}, 0).prompts
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


def never_ends(tokens: list[int]) -> np.ndarray:
    """Logits under which a fake answer goes on until it is cut."""
    return np.array([-9.0] + [float((3 * len(tokens) + i) % 7) for i in range(1, 12)])


@pytest.mark.parametrize("key", ["1", "2"])
def test_an_early_pick_ends_the_loser_and_compares_what_was_there(key: Literal["1", "2"]) -> None:
    ours = Session(FakeEngine(never_ends), Profile("work"), SessionOptions(max_tokens=20))

    def on_step(duel: Duel) -> None:
        if len(duel.arms[0].tokens) == 6:
            duel.pick_early(key)

    duel = ours.duel(CHAT, on_step)
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
    arm, strengths = session(None).answer(CHAT)
    assert strengths == {}
    assert arm is not None
    assert arm.request.weights == (1.0,)


def test_many_answers_come_in_order() -> None:
    work = session()
    chats = [[{"role": "user", "content": f"question number {i}"}] for i in range(25)]
    found = list(work.answer_many(chats))
    assert len(found) == 25
    for (arm, _), chat in zip(found, chats, strict=True):
        assert list(arm.request.prompts[0]) == work.engine.chat_tokens(chat)


def plan(length: int, contexts: int = 1, n: int = 100) -> ArmRequest:
    return ArmRequest(((1,) * length,) * contexts, (1.0,) * contexts, Sampling(), 0, n)


def test_answers_are_cut_to_what_the_context_holds() -> None:
    assert fit([plan(100)], 1000)[0].max_tokens == 100
    assert fit([plan(100)], 150)[0].max_tokens == 50
    two = fit([plan(200, 2, 900), plan(200, 1, 900)], 1100)
    assert two[0].max_tokens * 3 + 200 <= 1100
    with pytest.raises(ContextFullError, match="1000"):
        fit([plan(1000)], 1010)


def test_the_oldest_turns_go_when_the_context_is_full() -> None:
    engine = FakeEngine(n_ctx=100)
    chat = [
        {"role": r, "content": f"{r} {i} " * 5} for i in range(6) for r in ("user", "assistant")
    ]
    chat = [{"role": "system", "content": "be nice"}, *chat, {"role": "user", "content": "now"}]
    kept, dropped = trim(engine, chat, 20)
    assert dropped > 0 and dropped % 2 == 0
    assert kept[0] == chat[0]
    assert kept[1:] == chat[1 + dropped :]
    assert len(engine.chat_tokens(kept)) <= 60
    assert trim(engine, chat[-1:], 20) == (chat[-1:], 0)


@given(st.integers(0, 40), st.integers(40, 400), st.integers(0, 30), st.booleans())
def test_as_many_turns_are_kept_as_fit(
    n_turns: int, n_ctx: int, instructions: int, system: bool
) -> None:
    engine = FakeEngine(n_ctx=n_ctx)
    chat = [
        {"role": r, "content": f"{r} {i} " * (1 + i % 4)}
        for i in range(n_turns)
        for r in ("user", "assistant")
    ]
    chat = [
        *([{"role": "system", "content": "be nice"}] if system else []),
        *chat,
        {"role": "user", "content": "now"},
    ]
    kept, dropped = trim(engine, chat, 20, instructions)
    naive, limit = list(chat), n_ctx - instructions - max(160, min(168, n_ctx // 2))
    while len(naive) > 2 + system and len(engine.chat_tokens(naive)) > limit:
        del naive[int(system) : int(system) + 2]
    assert (kept, dropped) == (naive, len(chat) - len(naive))


SHORTER = """
import sys, json
for line in sys.stdin:
    a, b = map(len, json.loads(line)["candidates"])
    print(1 if a < b else 2 if b < a else "=", flush=True)
"""


def judge(code: str) -> JudgeProcess:
    import shlex

    return JudgeProcess(shlex.join([sys.executable, "-c", code]))


def test_a_judge_teaches() -> None:
    work = session()
    with judge(SHORTER) as shorter:
        assert teach(work, ["one", "two"], shorter, 5) == 5
    picks = Profile("work").picks()
    assert [p.prompt for p in picks] == ["one", "two", "one", "two", "one"]
    for p in picks:
        a, b = len(p.exploit.text), len(p.explore.text)
        assert p.verdict == ("exploit" if a < b else "explore" if b < a else "tie")


@pytest.mark.parametrize(
    ("code", "error", "match"),
    [
        ("pass", TpopError, "ended before"),
        ("input(); print('both!')", BadDataError, "both!"),
        ("import sys; sys.exit(3)", TpopError, "ended before"),
    ],
)
def test_a_judge_that_fails_is_told_and_nothing_is_learned(
    code: str, error: type, match: str
) -> None:
    work = session()
    with judge(code) as bad, pytest.raises(error, match=match):
        teach(work, ["q"], bad, 1)
    assert Profile("work").n_picks == 0


def test_judges_that_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="empty"):
        JudgeProcess("  ")
    with pytest.raises(UsageError, match="quot"):
        JudgeProcess("python 'x")
    with pytest.raises(NoInputError, match="cannot start"):
        JudgeProcess(str(tmp_path / "nobody"))


def test_an_unknown_model_has_half_the_starters_response() -> None:
    from tpop_cli.store.response_matrices import starter_response

    work = session()
    assert not work.measured
    poles = [pole.name for axis in work.taste.reward.axes for pole in axis.poles]
    from tpop_cli.core.features import FEATURES

    np.testing.assert_allclose(
        work.taste.reward.B, 0.5 * starter_response().matrix(poles, FEATURES)
    )
