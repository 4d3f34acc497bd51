"""How the time of a step grows: with axes, lengths, batch size, and candidate tokens.

The naive T-POP step, which the published code computes, is timed for comparison.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from ..core.axes import AXES
from ..core.neural import Network, NeuralRules, exploit_choice, explore_choice
from ..core.reward import Strengths
from ..core.scores import probabilities, top_k_union
from ..decoding.arm import ArmRequest
from ..decoding.batch import ArmBatch
from ..decoding.decoder import run_to_end
from ..decoding.lookahead import LookAhead, embed, sequences_needed
from ..decoding.requests import request_arm
from ..engine.llama_engine import LlamaEngine
from ..engine.load_options import LoadOptions
from ..engine.protocol import Message, Sampling
from .speed import QUESTION

Rows = list[dict[str, float]]
"""The rows of a table, as JSON objects."""

ACTIVE: Sequence[tuple[str, Strengths]] = (
    ("none", {}),
    ("one axis", {"length": 1.0}),
    ("two axes", {"length": 1.0, "tone": 1.0}),
)
"""Name -> strengths of both arms. An axis needs two contexts beside the plain one."""

# The values for which a step is timed.
CANDIDATES = (1, 5, 10, 20, 40)
ANSWER_LENGTHS = (32, 128, 512, 1024)
CHAT_LENGTHS = (128, 512, 1024, 2048)
BATCHES = (1, 2, 3, 4, 5, 6, 8, 10, 16, 20)
BATCH_LENGTHS = (40, 180)

_CHAT: list[Message] = [{"role": "user", "content": QUESTION}]


def _steps(engine: LlamaEngine, requests: Sequence[ArmRequest], n: int) -> float:
    """Mean seconds of at most n steps after the prefill, while all arms are running."""
    batch = ArmBatch(engine)
    batch.start(requests)
    try:
        start = time.perf_counter()
        while len(batch.running) == len(requests) and batch.steps < n:
            batch.step()
        return (time.perf_counter() - start) / max(1, batch.steps)
    finally:
        batch.stop("interrupted")


def with_axes(engine: LlamaEngine, n_tokens: int, rounds: int) -> list[dict[str, Any]]:
    """Median seconds of a step of a duel, for each entry of `ACTIVE`."""
    rows = []
    for name, strengths in ACTIVE:
        requests = [
            request_arm(engine, _CHAT, AXES, strengths, Sampling(), seed, n_tokens + 1)
            for seed in (1, 2)
        ]
        step = median(_steps(engine, requests, n_tokens) for _ in range(rounds))
        rows.append(
            {
                "active": name,
                "sequences": sum(len(request.prompts) for request in requests),
                "step": step,
            }
        )
    return rows


def with_answer_length(engine: LlamaEngine, lengths: Sequence[int] = ANSWER_LENGTHS) -> Rows:
    """Seconds of a step of a duel after answers of each length. The answers are random tokens."""
    rng = np.random.default_rng(0)
    prompt = engine.chat_tokens(_CHAT)
    rows = []
    for length in lengths:
        answers = [[*prompt, *_random_tokens(rng, engine, length)] for _ in range(2)]
        rows.append({"tokens": length, "step": forced_steps(engine, answers)})
    return rows


def with_chat_length(engine: LlamaEngine, lengths: Sequence[int] = CHAT_LENGTHS) -> Rows:
    """Seconds of a step of a duel in a chat of each length, and seconds to prefill that chat."""
    rng = np.random.default_rng(0)
    rows = []
    for length in lengths:
        chat = _random_tokens(rng, engine, length)
        start = time.perf_counter()
        (handle,) = engine.open([chat])
        read = time.perf_counter() - start
        engine.close_sequence(handle, keep=True)
        rows.append({"tokens": length, "read": read, "step": forced_steps(engine, [chat, chat])})
    return rows


def with_batch(
    engine: LlamaEngine, sizes: Sequence[int] = BATCHES, lengths: Sequence[int] = BATCH_LENGTHS
) -> Rows:
    """Seconds of a step of each number of sequences, after each number of tokens of their own."""
    rows = []
    for size in sizes:
        for length in lengths:
            step = forced_steps(engine, random_prompts(engine, size, length))
            rows.append({"sequences": size, "tokens": length, "step": step})
    return rows


def random_prompts(engine: LlamaEngine, n: int, length: int) -> list[list[int]]:
    """n prompts of random tokens, which share no prefix."""
    rng = np.random.default_rng(0)
    return [_random_tokens(rng, engine, length) for _ in range(n)]


def _random_tokens(rng: np.random.Generator, engine: LlamaEngine, n: int) -> list[int]:
    """Draw n tokens that have a text."""
    tokens: list[int] = []
    while len(tokens) < n:
        token = int(rng.integers(engine.n_vocab))
        if engine.piece(token):
            tokens.append(token)
    return tokens


def forced_steps(engine: LlamaEngine, prompts: Sequence[Sequence[int]], n: int = 16) -> float:
    """Mean seconds of n steps after these prompts. The tokens of the steps are random."""
    rng = np.random.default_rng(1)
    handles = engine.open(prompts)
    start = time.perf_counter()
    for _ in range(n):
        engine.step(list(zip(handles, _random_tokens(rng, engine, len(handles)), strict=True)))
    seconds = (time.perf_counter() - start) / n
    for handle in handles:
        engine.close_sequence(handle)
    return seconds


# -- the neural reward, and the naive T-POP step ---------------------------------------------------


def neural(
    path: Path, options: LoadOptions, n_tokens: int, counts: Sequence[int] = CANDIDATES
) -> dict[str, Any]:
    """Seconds of a step of `--reward neural` by number of candidates, and of the naive step.

    The naive step has the largest number of candidates. It is timed after answers of `n_tokens`
    tokens; the other steps are timed while the answers grow to that length.
    """
    largest = NeuralRules(k=max(counts))
    loading = LoadOptions(
        n_ctx=options.n_ctx,
        n_threads=options.n_threads,
        gpu_layers=options.gpu_layers,
        hidden_states=True,
        n_seq_max=sequences_needed(largest),
    )
    with LlamaEngine(path, loading) as engine:
        network = Network.initial(engine.n_embd, largest.hidden)
        V = np.full(network.W.size + 2 * largest.hidden, largest.lam)
        prompt = engine.chat_tokens(_CHAT)
        rows = []
        for k in counts:
            ahead = LookAhead(engine, network, V, NeuralRules(k=k))
            request = request_arm(engine, _CHAT, AXES, {}, Sampling(), 0, n_tokens)
            start = time.perf_counter()
            run_to_end(ahead.steps(request, 2))
            rows.append(
                {"candidates": k, "step": (time.perf_counter() - start) / len(ahead.arms[0].tokens)}
            )
        answers = [arm.tokens for arm in ahead.arms]
        start = time.perf_counter()
        n_evaluated = naive_step(engine, prompt, answers, network, V, largest)
        seconds = time.perf_counter() - start
        naive = {"step": seconds, "tokens": n_evaluated, "ratio": seconds / rows[-1]["step"]}
        return {"by candidates": rows, "naive": naive}


def naive_step(
    engine: LlamaEngine,
    prompt: Sequence[int],
    answers: Sequence[Sequence[int]],
    network: Network,
    V: np.ndarray[Any, np.dtype[np.float64]],
    rules: NeuralRules,
) -> int:
    """Choose one token for both arms as the published code of T-POP (arXiv 2509.24696) does.

    That code uses no KV cache, and embeds the whole text of every candidate.

    Returns:
        The number of tokens that were evaluated.
    """
    n_evaluated = 0
    rows = []
    for answer in answers:
        engine.warm([[prompt[-1]]])  # drops the KV cache
        (handle,) = engine.open([[*prompt, *answer]])
        rows.append(engine.logits(handle).astype(np.float64))
        engine.close_sequence(handle)
        n_evaluated += len(prompt) + len(answer)
    tokens = top_k_union(rows, rules.k)
    exploit = np.zeros(engine.n_embd)
    for i, (answer, row) in enumerate(zip(answers, rows, strict=True)):
        H = np.array([embed(engine, prompt, [*answer, token]) for token in tokens.tolist()])
        n_evaluated += len(tokens) * (len(prompt) + len(answer) + 1)
        p = probabilities(row, tokens)
        if i == 0:
            exploit = H[exploit_choice(p, H, network, rules)]
        else:
            explore_choice(p, H, exploit, network, V, rules)
    return n_evaluated
