"""What a user says is in every answer and every duel of a session, and picks never change it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.core.arms import ArmRules
from tpop_cli.core.axes import AXES
from tpop_cli.core.describe import axis_tastes
from tpop_cli.core.said import Said
from tpop_cli.core.steering import NO_WISHES, join_wishes, with_instruction
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.session.axes_learner import AxesLearner, ucb_pair
from tpop_cli.session.next_turn import next_turn
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile

from ..core.builders import TWO_AXES, fresh_taste
from ..decoding.test_lookahead import load
from ..tiny import CHATML
from ..tiny_hybrid import write_tiny_mamba2
from .sessions import CHAT, session
from .test_neural_learner import session_of

VERDICTS = ["exploit", "explore", "tie"]


@given(verdicts=st.lists(st.sampled_from(VERDICTS), max_size=6), s=st.sampled_from([-1.0, 0.25]))
def test_both_arms_and_every_answer_have_what_was_said(
    tmp_path_factory: pytest.TempPathFactory, verdicts: list[str], s: float
) -> None:
    work = session()
    learner = work.learner
    learner.use(Profile("said", AXES, tmp_path_factory.mktemp("profiles")))
    learner.profile.say(f"length={s}", "form=0", "no emojis")
    for verdict in verdicts:
        duel = work.duel(CHAT)
        for strengths in duel.strengths:
            assert strengths["length"] == s
            assert strengths["no emojis"] == 1.0
            assert "form" not in strengths
        work.learn(duel, verdict)  # type: ignore[arg-type]
    answer = work.answer(CHAT)
    assert answer is not None
    assert (answer.strengths["length"], answer.strengths["no emojis"]) == (s, 1.0)
    assert learner.profile.said == Said({"length": s, "form": 0.0}, ("no emojis",))


def test_it_holds_from_the_next_answer_on_and_until_it_is_taken_back() -> None:
    work = session()
    plain = work.answer(CHAT)
    assert work.profile is not None
    work.profile.say("no emojis")
    steered = work.answer(CHAT)
    assert plain is not None and steered is not None
    assert plain.strengths == {}
    assert steered.strengths == {"no emojis": 1.0}
    assert work.next_instructions(duel=False) == [
        join_wishes(["no emojis"]),
        NO_WISHES.instruction,
    ]
    assert join_wishes(["no emojis"]) in " ".join(work.next_instructions(duel=True))
    work.profile.unsay()
    assert work.strengths() == {}
    assert work.next_instructions(duel=False) == []


@pytest.mark.parametrize("steer", ["contrast", "prompt"])
def test_room_is_kept_for_all_contexts_and_instructions(tiny_path: Path, steer: str) -> None:
    """No duel reads more contexts, or longer instructions, than the learner says beforehand."""
    with LlamaEngine(tiny_path, LoadOptions(n_threads=1)) as engine:
        profile = Profile("work")
        learner = AxesLearner(engine, profile, steer=steer)  # type: ignore[arg-type]
        options = SessionOptions(Sampling(), 4, steer=steer)  # type: ignore[arg-type]
        work = Session(engine, learner, options)
        for words in ("brief", "formal", "no emojis and a very long wish about everything"):
            profile.say(words)
            most = learner.n_contexts
            longest = learner.instruction_tokens()
            free = [axis.name for axis in AXES if axis.name not in profile.said.strengths]
            chosen = profile.said.on(AXES) | {free[0]: 1.0, free[1]: 1.0}
            requests = [work.request(CHAT, chosen, 0), work.request(CHAT, {}, 0)]
            fewer = {name: s for name, s in chosen.items() if name != free[1]}
            explore = work.request(CHAT, fewer, 0)
            assert len(requests[0].prompts) + len(explore.prompts) == most
            plain = len(requests[1].prompts[0])
            added = max(len(prompt) for prompt in requests[0].prompts) - plain
            assert added <= longest + 2  # and the blank line


@pytest.mark.parametrize("said", [("brief",), ("brief", "formal"), ("brief", "formal", "no lists")])
def test_a_model_with_few_sequences_still_has_duels(said: tuple[str, ...], tmp_path: Path) -> None:
    """A recurrent model has ten, since each takes memory: further axes make room."""
    path = write_tiny_mamba2(tmp_path / "model.gguf", CHATML)
    with LlamaEngine(path, LoadOptions(n_threads=1, n_ctx=2048)) as engine:
        profile = Profile("work")
        profile.say(*said)
        learner = AxesLearner(engine, profile)
        work = Session(engine, learner, SessionOptions(Sampling(), 4))
        free = [axis.name for axis in AXES if axis.name not in profile.said.strengths]
        most = learner._rules.max_axes
        widest = profile.said.on(AXES) | dict.fromkeys(free[:most], 1.0)
        arms = list(work._decode(work._limit([work.request(CHAT, widest, 0)])))[-1]
        assert arms[0].finish_reason in ("stop", "length")
        duel = work.duel(CHAT)
        assert duel.complete
        assert all(set(profile.said.on(AXES)) <= set(arm) for arm in duel.strengths)


def test_the_papers_reward_puts_it_into_the_prompt(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        work = session_of(engine)
        work.options = SessionOptions(max_tokens=8, steer="prompt")
        assert work.profile is not None
        work.profile.say("brief", "no emojis")
        duel = work.duel(CHAT)
        assert duel.strengths == ({"length": 1.0, "no emojis": 1.0},) * 2
        (prompt,) = duel.requests[0].prompts
        instruction = f"{AXES[0].toward.instruction} {join_wishes(['no emojis'])}"
        assert list(prompt) in [
            engine.chat_tokens([{"role": "user", "content": content}])
            for behind in (False, True)  # a tiny context makes the question a long one
            for content in [with_instruction(CHAT[0]["content"], instruction, behind=behind)]
        ]
        work.learn(duel, "explore")
        assert work.strengths() == {"length": 1.0, "no emojis": 1.0}
        assert work.learner.instruction_tokens() > 0
        work.close()


def test_what_a_profile_does_next_is_what_a_session_does_next() -> None:
    work = session()
    assert work.profile is not None
    work.profile.say("formal", "no emojis")
    for verdict in ("exploit", "explore", "exploit"):
        tastes = axis_tastes(work.taste, work.profile.picks(), work.profile.said)
        coming = next_turn(work.profile, work.taste, tastes)
        assert coming.strengths == work.learner.choose()
        assert coming.strengths[0] == work.strengths()
        assert coming.asks == work.should_ask()
        assert "formal: you said so" in coming.answer
        assert coming.answer[-1] == '"no emojis": you said so'
        assert "one of them" in coming.duel or "both" in coming.duel
        work.learn(work.duel(CHAT), verdict)  # type: ignore[arg-type]


def test_what_was_said_is_never_dropped_to_tell_causes_apart() -> None:
    """Its pole was on in all of the latest duels, before it was said."""
    taste = fresh_taste()
    length, tone = (axis.name for axis in TWO_AXES)
    for _ in range(4):
        difference = taste.reward.expected({length: 1.0, tone: 1.0}) - taste.reward.expected({})
        taste = taste.learn(difference, 1.0)
    first, second = ucb_pair(taste, ArmRules(said={length: 1.0}))
    assert first[length] == second[length] == 1.0
    free = ucb_pair(taste, ArmRules())
    assert len(free[1]) == len(free[0]) - 1
