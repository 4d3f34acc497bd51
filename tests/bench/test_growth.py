"""How the time of a step grows, and the naive T-POP step."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tpop_cli.bench import growth
from tpop_cli.core.axes import AXES
from tpop_cli.core.neural import Network, NeuralRules
from tpop_cli.decoding.decoder import run_to_end
from tpop_cli.decoding.lookahead import LookAhead, sequences_needed
from tpop_cli.decoding.requests import request_arm
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling


def test_the_naive_step_evaluates_the_whole_text_of_every_candidate(tiny_path: Path) -> None:
    rules = NeuralRules(k=3, hidden=4)
    options = LoadOptions(
        n_threads=1, n_ctx=256, hidden_states=True, n_seq_max=sequences_needed(rules)
    )
    with LlamaEngine(tiny_path, options) as engine:
        network = Network.initial(engine.n_embd, rules.hidden)
        V = np.ones(network.W.size + 2 * rules.hidden)
        chat = [{"role": "user", "content": "hello there"}]
        request = request_arm(engine, chat, AXES, {}, Sampling(), 0, 5)
        arms = run_to_end(LookAhead(engine, network, V, rules).steps(request, 2))
        prompt, answers = request.prompts[0], [arm.tokens for arm in arms]
        n = growth.naive_step(engine, prompt, answers, network, V, rules)
    lengths = [len(prompt) + len(answer) for answer in answers]
    n_candidates = (n - sum(lengths)) / sum(length + 1 for length in lengths)
    assert 3 <= n_candidates <= 6
    assert n_candidates == int(n_candidates)


def test_the_sequences_of_a_step_are_counted(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_threads=1, n_ctx=2048)) as engine:
        rows = growth.with_axes(engine, 4, 1)
    assert [row["sequences"] for row in rows] == [2, 6, 10]
