"""The paper's loop on a tiny model: look-ahead in forks of the KV cache against recomputing every text whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tpop_cli.core.neural import Network, NeuralRules, exploit_choice, explore_choice, pooled
from tpop_cli.core.picks import Verdict
from tpop_cli.decoding.lookahead import LookAhead, embed
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.errors import BadDataError, UsageError
from tpop_cli.session.neural_learner import NeuralTurns, sequences_needed
from tpop_cli.session.session import SessionOptions
from tpop_cli.store.profile import Profile

from ..tiny import write_tiny_gguf

RULES = NeuralRules(k=4, hidden=16, omega=3.0, nu=2.0, rate=5e-2)
CHAT = [{"role": "user", "content": "hello"}]


def load(path: Path) -> LlamaEngine:
    options = LoadOptions(n_threads=1, hidden_states=True, n_seq_max=sequences_needed(RULES))
    return LlamaEngine(path, options)


def some_network(d: int) -> Network:
    rng = np.random.default_rng(5)
    return Network(rng.normal(size=(16, d)), rng.normal(size=16), rng.normal(size=16))


def test_the_look_ahead_takes_what_recomputing_every_text_takes(tiny_path: Path) -> None:
    """No KV cache in the naive form: for each candidate the whole prompt and response are evaluated anew."""
    with load(tiny_path) as engine:
        network, V = some_network(engine.n_embd), np.ones(16 * engine.n_embd + 32)
        prompt = engine.chat_tokens(CHAT)
        ahead = LookAhead(engine, network, V, RULES, Sampling(repeat_penalty=1.3))
        ahead.run(prompt, 2, 10)
        assert [len(arm.tokens) for arm in ahead.arms] == [10, 10]
        assert ahead.arms[0].tokens != ahead.arms[1].tokens
        taken: list[list[int]] = [[], []]
        for position in range(10):
            logs = [next_logprobs(engine, prompt, y) for y in taken]
            tokens = sorted({int(t) for row in logs for t in np.argsort(-row)[: RULES.k]})
            H = [
                np.array(
                    [
                        pooled(engine.hidden_states([*prompt, *y, t], len(prompt)).sum(axis=0))
                        for t in tokens
                    ]
                )
                for y in taken
            ]
            first = exploit_choice(np.exp(logs[0][tokens]), H[0], network, RULES)
            second = explore_choice(np.exp(logs[1][tokens]), H[1], H[0][first], network, V, RULES)
            V = V + (network.gradient(H[0][first]) - network.gradient(H[1][second])) ** 2
            taken = [[*taken[0], tokens[first]], [*taken[1], tokens[second]]]
            assert [arm.tokens[: position + 1] for arm in ahead.arms] == taken
        np.testing.assert_allclose(ahead.V, V, rtol=5e-3)  # the KV cache is in half precision
        for arm, h in zip(ahead.arms, ahead.embeddings, strict=True):
            np.testing.assert_allclose(embed(engine, prompt, arm.tokens), h, atol=1e-3)


def next_logprobs(engine: LlamaEngine, prompt: list[int], y: list[int]) -> np.ndarray:
    handle = engine.open([[*prompt, *y]])[0]
    row = engine.logits(handle).astype(np.float64)
    engine.close_sequence(handle)
    for token in set(y):
        row[token] = row[token] / 1.3 if row[token] > 0 else row[token] * 1.3
    return row - row.max() - np.log(np.exp(row - row.max()).sum())


def fight(session: NeuralTurns, verdict: Verdict = "explore") -> int:
    duel = session.duel(CHAT)
    assert duel.complete
    return session.learn(duel, verdict).id


def turns_of(engine: LlamaEngine, name: str = "work", *, rebuild: bool = False) -> NeuralTurns:
    return NeuralTurns(
        engine, Profile(name), SessionOptions(max_tokens=8), rules=RULES, rebuild=rebuild
    )


def test_picks_teach_the_network_and_the_state_survives(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        session = turns_of(engine)
        before = session.answer(CHAT)[0]
        for _ in range(3):
            fight(session)
        fight(session, "skip")  # ranks nothing
        session.close()
        after = session.answer(CHAT)[0]
        assert before is not None
        assert after is not None
        assert before.text != after.text
        again = turns_of(engine)
        found = again.answer(CHAT)[0]
        assert found is not None
        assert found.text == after.text
        assert again._refitting is None  # nothing to fit anew
        np.testing.assert_allclose(again._V, session._V)
        assert again.profile is not None
        again.undo(again.profile.picks()[0].id)
        again.close()
        assert again._fitted == 2


def test_another_model_is_refused_and_rebuild_embeds_the_log(
    tiny_path: Path, tmp_path: Path
) -> None:
    with load(tiny_path) as engine:
        session = turns_of(engine)
        for _ in range(2):
            fight(session)
        session.close()
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=7)
    with load(other) as engine:
        with pytest.raises(UsageError, match="another model"):
            turns_of(engine)
        rebuilt = turns_of(engine, rebuild=True)
        rebuilt.close()
        assert rebuilt._fitted == 2
        assert (RULES.lam < rebuilt._V).any()
        turns_of(engine).close()  # and now it is this model's


def test_a_damaged_state_is_told_and_rebuilt(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        session = turns_of(engine)
        fight(session)
        session.close()
        path = Profile("work").folder / "neural.json"
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(BadDataError, match="cannot read"):
            turns_of(engine)
        turns_of(engine, rebuild=True).close()
        turns_of(engine).close()


def test_a_stop_leaves_no_sequence_behind(tiny_path: Path) -> None:
    with load(tiny_path) as engine:
        ahead = LookAhead(
            engine, some_network(engine.n_embd), np.ones(16 * engine.n_embd + 32), RULES
        )
        ahead.run(engine.chat_tokens(CHAT), 2, 50, lambda _: engine.stop.set())
        assert [arm.finish_reason for arm in ahead.arms] == ["interrupted"] * 2
        engine.stop.clear()
        assert len(engine._seqs._free) + len(engine._seqs._kept) == sequences_needed(RULES)
