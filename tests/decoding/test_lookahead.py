"""The paper's loop on a tiny model: forks of the KV cache against evaluating every text whole."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np

from tpop_cli.core.neural import Network, NeuralRules, exploit_choice, explore_choice, pooled
from tpop_cli.decoding.arm import ArmRequest
from tpop_cli.decoding.decoder import run_to_end
from tpop_cli.decoding.lookahead import LookAhead, embed, sequences_needed
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling

RULES = NeuralRules(k=4, hidden=16, omega=3.0, nu=2.0, learning_rate=5e-2)
CHAT = [{"role": "user", "content": "hello"}]
SAMPLING = Sampling(repeat_penalty=1.3)


def load(path: Path) -> LlamaEngine:
    options = LoadOptions(n_threads=1, hidden_states=True, n_seq_max=sequences_needed(RULES))
    return LlamaEngine(path, options)


def some_network(d: int) -> Network:
    rng = np.random.default_rng(5)
    return Network(rng.normal(size=(16, d)), rng.normal(size=16), rng.normal(size=16))


def request(engine: LlamaEngine, n: int) -> ArmRequest:
    return ArmRequest((tuple(engine.chat_tokens(CHAT)),), (1.0,), SAMPLING, 0, n)


def test_the_look_ahead_takes_what_recomputing_every_text_takes(tiny_path: Path) -> None:
    """No KV cache in the naive form: for each candidate prompt and response are evaluated."""
    with load(tiny_path) as engine:
        network, V = some_network(engine.n_embd), np.ones(16 * engine.n_embd + 32)
        prompt = engine.chat_tokens(CHAT)
        ahead = LookAhead(engine, network, V, RULES)
        run_to_end(ahead.steps(request(engine, 10), 2))
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


def test_a_stop_leaves_no_sequence_behind(tiny_path: Path) -> None:
    for stop_by_flag in (True, False):
        with load(tiny_path) as engine:
            V = np.ones(16 * engine.n_embd + 32)
            ahead = LookAhead(engine, some_network(engine.n_embd), V, RULES)
            with closing(ahead.steps(request(engine, 50), 2)) as steps:
                next(steps)
                if stop_by_flag:
                    engine.stop.set()
                    assert [arm.finish_reason for arm in next(steps)] == ["interrupted"] * 2
            engine.stop.clear()
            assert [arm.finish_reason for arm in ahead.arms] == ["interrupted"] * 2
            left = engine.open([engine.chat_tokens(CHAT)] * (sequences_needed(RULES) - 2))
            assert len(left) == sequences_needed(RULES) - 2  # all sequences can be had again
