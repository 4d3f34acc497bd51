"""Chats with models that have a recurrent state: what a turn can share with the one before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tpop_cli.core.axes import AXES
from tpop_cli.core.neural import NeuralRules
from tpop_cli.core.steering import instructions
from tpop_cli.decoding.arm import Arm
from tpop_cli.decoding.decoder import BatchDecoder, run_to_end
from tpop_cli.decoding.lookahead import sequences_needed
from tpop_cli.decoding.prefetch import Prefetcher
from tpop_cli.decoding.requests import limit_to_context, request_arm
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Message, Sampling

from ..tiny import CHATML
from ..tiny_hybrid import THINKING, write_tiny_lfm2, write_tiny_mamba2, write_tiny_qwen35

GREEDY = Sampling(temperature=0, repeat_penalty=1.0)
OPTIONS = LoadOptions(n_threads=1, n_ctx=4096)
EXPLOIT, EXPLORE = {"length": 0.5, "tone": 1.0}, {"length": -1.0}
QUESTIONS = ("What is tea?", "Who drinks it most, and why?", "And where?")

Writer = Callable[[Path, str], Path]


def duel(engine: LlamaEngine, messages: list[Message]) -> list[Arm]:
    requests = [
        request_arm(engine, messages, AXES, strengths, GREEDY, 1, 10)
        for strengths in (EXPLOIT, EXPLORE)
    ]
    return run_to_end(BatchDecoder(engine).steps(limit_to_context(requests, engine.n_ctx)))


@pytest.mark.parametrize("template", [CHATML, THINKING], ids=["plain", "thinking"])
@pytest.mark.parametrize("write", [write_tiny_qwen35, write_tiny_lfm2, write_tiny_mamba2])
def test_a_turn_of_a_chat_evaluates_its_question_alone(
    write: Writer, template: str, tmp_path: Path
) -> None:
    """Both arms of a duel read eight contexts, and the template takes the thoughts out."""
    path = write(tmp_path / "model.gguf", template)
    read = instructions(AXES, [EXPLOIT, EXPLORE])
    chat: list[Message] = []
    with LlamaEngine(path, OPTIONS) as engine:
        prefetcher = Prefetcher(engine)
        for question in QUESTIONS:
            before = engine.prefilled
            messages: list[Message] = [*chat, {"role": "user", "content": question}]
            arms = duel(engine, messages)
            assert [len(arm.request.prompts) for arm in arms] == [5, 3]
            if chat:
                alone = len(engine.chat_tokens(messages[-1:]))
                assert engine.prefilled - before <= 7 * alone
            with LlamaEngine(path, OPTIONS) as other:
                assert [arm.tokens for arm in duel(other, messages)] == [a.tokens for a in arms]
            chat = [*messages, {"role": "assistant", "content": "A drink, and a plant."}]
            # Of the chat, only the last answer and the headers around it are left to evaluate.
            prefix = prefetcher.next_prefix(chat)
            reused = engine._seqs.cache.find_prefix(prefix)[1]
            assert reused == arms[0].request.checkpoint >= len(engine.chat_tokens(messages)) - 8
            prefetcher.start(chat, read)
            prefetcher.wait()


def test_a_neural_lookahead_has_a_state_for_every_candidate(tmp_path: Path) -> None:
    rules = NeuralRules(k=3)
    options = LoadOptions(n_threads=1, hidden_states=True, n_seq_max=sequences_needed(rules))
    with LlamaEngine(write_tiny_qwen35(tmp_path / "model.gguf"), options) as engine:
        assert engine.n_seq_max == sequences_needed(rules)
        prompt = engine.chat_tokens([{"role": "user", "content": "hello"}])
        (handle,) = engine.open([prompt])
        forks = [engine.fork(handle) for _ in range(6)]
        engine.step([(fork, 70 + i) for i, fork in enumerate(forks)])
        for i, fork in enumerate(forks):
            alone = engine.hidden_states([*prompt, 70 + i], len(prompt))[0]
            assert engine.hidden(fork) == pytest.approx(alone, abs=0.02)
