"""The speed bench: what is compared is timed in turn, and every part runs and is drawn."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tpop_cli.bench import growth
from tpop_cli.bench.growth import naive_step
from tpop_cli.bench.speed import EXPLOIT, EXPLORE, interleaved
from tpop_cli.bench.upkeep import keeping_picks
from tpop_cli.core.arms import candidates
from tpop_cli.core.axes import AXES
from tpop_cli.core.neural import Network, NeuralRules
from tpop_cli.core.steering import contexts
from tpop_cli.decoding.lookahead import LookAhead
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.session.neural_learner import sequences_needed
from tpop_cli.ui.speed import speed_report

from ..cli.running import run


def test_what_is_compared_is_timed_in_turn() -> None:
    order: list[str] = []

    def measure(name: str, n: int) -> float:
        order.append(f"{name}{n}")
        return float(n)

    found = interleaved({"a": lambda n: measure("a", n), "b": lambda n: measure("b", n)}, 3)
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert found == {"a": [0.0, 1.0, 2.0], "b": [0.0, 1.0, 2.0]}


def test_the_arms_that_are_timed_are_those_of_default_settings() -> None:
    poles = candidates(AXES)
    assert dict(EXPLORE) in poles
    for axis, strength in EXPLOIT.items():
        assert {axis: strength} in poles
    assert len(contexts(AXES, EXPLOIT)) == len(contexts(AXES, EXPLORE)) == 1


def test_every_part_runs_and_is_drawn(tiny_path: Path) -> None:
    options = ["--model", str(tiny_path), "--threads", "1", "--ctx", "4096"]
    found = json.loads(run("bench", "speed", "--quick", "--json", *options).stdout)
    for part in (
        "answers",
        "first token",
        "step",
        "many",
        "start-up",
        "memory",
        "picks",
        "growth",
        "neural",
    ):
        assert found[part], part
    assert found["answers"]["steered duel"]["ratio"] > 0
    assert (
        found["first token"]["prefilled"]["unsteered answer"] == found["first token"]["new tokens"]
    )
    parts = [found["step"][part] for part in ("llama_decode", "sampler", "drawing", "the rest")]
    assert sum(parts) == pytest.approx(found["step"]["step"])
    assert all(part > 0 for part in parts)
    assert found["memory"]["duel"] > 1e7
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(speed_report(found))
    text = console.export_text()
    for words in (
        "steered duel",
        "tenth turn",
        "llama_decode",
        "--version",
        "Recorded picks",
        "naive T-POP step",
    ):
        assert words in text


def test_a_part_alone_and_one_that_is_not_there(tiny_path: Path) -> None:
    found = json.loads(
        run(
            "bench", "speed", "--quick", "--json", "--parts", "picks", "--model", str(tiny_path)
        ).stdout
    )
    assert "picks" in found and "answers" not in found
    assert "one of: answers" in run("bench", "speed", "--parts", "nonsense", code=2).stderr


def test_the_naive_step_evaluates_every_candidates_whole_text(tiny_path: Path) -> None:
    rules = NeuralRules(k=3, hidden=4)
    options = LoadOptions(
        n_threads=1, n_ctx=256, hidden_states=True, n_seq_max=sequences_needed(rules)
    )
    with LlamaEngine(tiny_path, options) as engine:
        network = Network.initial(engine.n_embd, rules.hidden)
        V = np.ones(network.W.size + 2 * rules.hidden)
        prompt = engine.tokenize("hello there", add_special=True)
        ahead = LookAhead(engine, network, V, rules, Sampling())
        ahead.run(prompt, 2, 5)
        answers = [arm.tokens for arm in ahead.arms]
        n = naive_step(engine, prompt, answers, network, V, rules)
    texts = [len(prompt) + len(answer) for answer in answers]
    n_candidates = (n - sum(texts)) / sum(length + 1 for length in texts)
    assert 3 <= n_candidates <= 6
    assert n_candidates == int(n_candidates)


def test_picks_are_learned_loaded_and_saved_quickly() -> None:
    (row,) = keeping_picks((1000,), rounds=3)
    assert row["learned"] < 0.05
    assert row["loaded"] < 0.1
    assert row["saved"] < 0.02


def test_a_step_of_more_sequences_is_counted(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_threads=1, n_ctx=256)) as engine:
        rows = growth.with_axes(engine, 4, 1)
    assert [row["sequences"] for row in rows] == [2, 2, 2, 4]
