"""Answers of the engine: equal to llama-cpp-python's without steering, and steered as defined."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from llama_cpp import Llama

from tpop_cli.core.scores import steered_scores
from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.decoding.decoder import BatchDecoder, run_to_end
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling

QUESTION = "Why is the sky blue?"
BRIEF = QUESTION + "\n\nPlease answer in one or two short sentences."


def prompt(engine: LlamaEngine, text: str) -> tuple[int, ...]:
    return tuple(engine.chat_tokens([{"role": "user", "content": text}]))


def decode(engine: LlamaEngine, requests: list[ArmRequest]) -> list[Arm]:
    return run_to_end(BatchDecoder(engine).steps(requests))


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_an_unsteered_answer_equals_that_of_llama_cpp_python(
    starter_path: Path, temperature: float
) -> None:
    sampling = Sampling(temperature=temperature, repeat_penalty=1.1)
    with LlamaEngine(starter_path, LoadOptions(n_ctx=512, n_threads=2)) as engine:
        request = ArmRequest((prompt(engine, QUESTION),), (1.0,), sampling, 7, 48)
        arm = decode(engine, [request])[0]
    # llama.cpp uses flash attention where it can by default; llama-cpp-python does not.
    plain = Llama(
        str(starter_path), n_ctx=512, n_threads=2, n_threads_batch=2, flash_attn=True, verbose=False
    )
    try:
        answer = plain.create_chat_completion(
            [{"role": "user", "content": QUESTION}],
            max_tokens=48,
            temperature=temperature,
            top_k=40,
            top_p=0.95,
            min_p=0.05,
            repeat_penalty=1.1,
            seed=7,
        )
    finally:
        plain.close()
    assert arm.text == answer["choices"][0]["message"]["content"]


def batched_and_naive_scores(
    engine: LlamaEngine, texts: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Steered scores after some tokens: decoded in one batch, and from separate forward passes.

    Steered scores are defined up to a constant, so both are shifted to a mean of zero.
    """
    prompts = [prompt(engine, text) for text in texts]
    weights = [-0.5, 1.5]
    request = ArmRequest(tuple(prompts), tuple(weights), Sampling(temperature=0), 0, 12)
    tokens = decode(engine, [request])[0].tokens
    handles = engine.open(prompts)
    for token in tokens:
        engine.step([(h, token) for h in handles])
    ids, scores = steered_scores([engine.logits(h) for h in handles], weights, 0.1)
    for handle in handles:
        engine.close_sequence(handle)

    def log_softmax_after(prompt: tuple[int, ...]) -> np.ndarray:
        handle = engine.open([(*prompt, *tokens)])[0]
        row = engine.logits(handle).astype(float)
        engine.close_sequence(handle)
        return row - row.max() - np.log(np.exp(row - row.max()).sum())

    plain, pole = map(log_softmax_after, prompts)
    naive = plain[ids] + 1.5 * (pole - plain)[ids]
    return scores - scores.mean(), naive - naive.mean()


def test_batched_steered_scores_equal_those_of_separate_passes(tiny: LlamaEngine) -> None:
    scores, naive = batched_and_naive_scores(tiny, ["tell me", "tell me. Be brief."])
    # The weights are 32-bit floats; only the KV cache rounds, to 16 bits.
    np.testing.assert_allclose(scores, naive, atol=0.05)


def test_batched_steered_scores_of_the_starter_model_are_close(starter: LlamaEngine) -> None:
    pole = QUESTION + "\n\nPlease use simple words that a small child understands."
    scores, naive = batched_and_naive_scores(starter, [QUESTION, pole])
    # Quantized matrices round differently for one token and for many at a time.
    assert np.abs(scores - naive).max() < 0.5
    assert scores.argmax() == naive.argmax()


def test_arms_of_the_starter_model_have_the_tokens_of_each_alone(starter: LlamaEngine) -> None:
    prompts = [prompt(starter, text) for text in (QUESTION, BRIEF)]
    arms = [ArmRequest((p,), (1.0,), Sampling(temperature=0), 0, 32) for p in prompts]
    together = [arm.tokens for arm in decode(starter, arms)]
    assert together == [decode(starter, [arm])[0].tokens for arm in arms]


@pytest.mark.parametrize("alpha", [1.0, 0.3])
def test_only_tokens_that_are_plausible_in_the_plain_context_are_taken(
    starter: LlamaEngine, alpha: float
) -> None:
    """However strongly another prompt pulls: each token is replayed in the plain context."""
    plain, other = prompt(starter, QUESTION), prompt(starter, "Count to twenty in digits.")
    request = ArmRequest(
        (plain, other, plain), (1.0, 9.0, -9.0), Sampling(repeat_penalty=1), 3, 24, alpha=alpha
    )
    (arm,) = decode(starter, [request])
    context = list(plain)
    for token in arm.tokens:
        (handle,) = starter.open([context])
        row = starter.logits(handle)
        starter.close_sequence(handle)
        assert row[token] >= row.max() + math.log(alpha) - 0.5  # batches round differently
        context.append(token)


def test_tokens_that_are_appended_together_give_the_logits_of_single_steps(
    tiny: LlamaEngine,
) -> None:
    prompt = tiny.chat_tokens([{"role": "user", "content": "hello"}])
    tokens = tiny.tokenize("one two three", add_special=False)
    single, together = tiny.open([prompt, prompt])
    try:
        for token in tokens:
            tiny.step([(single, token)])
        expected = tiny.logits(single).copy()
        tiny.extend([(together, tokens)])
        np.testing.assert_allclose(tiny.logits(together), expected, atol=1e-4)
    finally:
        tiny.close_sequence(single)
        tiny.close_sequence(together)
