"""The paper's own reward on a tiny model: picks teach the network, and its state survives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tpop_cli.core.picks import Verdict
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.errors import BadDataError, UsageError
from tpop_cli.session.neural_learner import NeuralLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import list_profiles, rename_profile

from ..decoding.test_lookahead import CHAT, RULES, load
from ..tiny import write_tiny_gguf


def duel_and_pick(session: Session, verdict: Verdict = "explore") -> int:
    duel = session.duel(CHAT)
    assert duel.complete
    return session.learn(duel, verdict).id


def session_of(engine: LlamaEngine, name: str = "work", *, rebuild: bool = False) -> Session:
    learner = NeuralLearner(engine, Profile(name), RULES, rebuild=rebuild)
    return Session(engine, learner, SessionOptions(max_tokens=8))


def learner_of(session: Session) -> NeuralLearner:
    assert isinstance(session.learner, NeuralLearner)
    return session.learner


def test_picks_teach_the_network_and_the_state_survives(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        session = session_of(engine)
        before = session.answer(CHAT)
        for _ in range(3):
            duel_and_pick(session)
        duel_and_pick(session, "skip")  # ranks nothing
        session.close()
        after = session.answer(CHAT)
        assert before is not None
        assert after is not None
        assert before.text != after.text
        again = session_of(engine)
        found = again.answer(CHAT)
        assert found is not None
        assert found.text == after.text
        assert learner_of(again)._refitting is None  # nothing to fit anew
        np.testing.assert_allclose(learner_of(again)._V, learner_of(session)._V)
        assert again.profile is not None
        again.undo(again.profile.picks()[0].id)
        again.close()
        assert learner_of(again)._fitted == 2


def test_another_model_is_refused_and_rebuild_embeds_the_log(
    tiny_path: Path, tmp_path: Path
) -> None:
    with load(tiny_path) as engine:
        session = session_of(engine)
        for _ in range(2):
            duel_and_pick(session)
        session.close()
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=7)
    with load(other) as engine:
        with pytest.raises(UsageError, match="another model"):
            session_of(engine)
        rebuilt = session_of(engine, rebuild=True)
        rebuilt.close()
        assert learner_of(rebuilt)._fitted == 2
        assert (RULES.lam < learner_of(rebuilt)._V).any()
        session_of(engine).close()  # and now it is this model's


def test_a_damaged_state_is_told_and_rebuilt(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        session = session_of(engine)
        duel_and_pick(session)
        session.close()
        path = Profile("work").folder / "neural.json"
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(BadDataError, match="cannot read"):
            session_of(engine)
        session_of(engine, rebuild=True).close()
        session_of(engine).close()


def test_a_comparison_decodes_both_arms_again(tiny_path: Path) -> None:
    """The explore arm is rated against every token of the exploit arm."""
    with load(tiny_path) as engine:
        session = session_of(engine)
        answer = session.answer(CHAT)
        assert answer is not None
        duel = session.prepare_comparison(CHAT, answer)
        assert duel.arms == []
        session.finish_duel(duel)
        assert duel.complete
        assert duel.arms[0].tokens == answer.tokens


def test_a_profile_that_is_renamed_meanwhile_is_not_created_again(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        session = session_of(engine)
        duel_and_pick(session)
        rename_profile("work", "job")
        session.close()
    assert list_profiles() == ["job"]
    assert not Profile("work").folder.exists()


def test_a_profile_of_another_model_leaves_the_one_before(tiny_path: Path, tmp_path: Path) -> None:
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=1)
    with load(other) as engine, session_of(engine, "theirs") as session:
        duel_and_pick(session)
    with load(tiny_path) as engine, session_of(engine) as session:
        for _ in range(2):
            duel_and_pick(session)
        learner = learner_of(session)
        learner.close()
        before = learner._network.W.tolist(), sorted(learner._pairs), learner._V.tolist()
        with pytest.raises(UsageError, match="another model"):
            session.use(Profile("theirs"))
        learner.close()
        assert (learner._network.W.tolist(), sorted(learner._pairs), learner._V.tolist()) == before
        assert learner.profile.name == "work"
        assert duel_and_pick(session) == 3
