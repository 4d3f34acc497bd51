"""The sampler chain against llama-cpp-python's own generation, and against a naive score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from llama_cpp import Llama

from tpop_cli.core.scores import steered_scores
from tpop_cli.decoding.decoder import ArmRequest, decode
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.engine.sampler import SteeredSampler

QUESTION = "Why is the sky blue?"


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_strengths_zero_give_llama_cpp_pythons_own_tokens(
    starter_path: Path, temperature: float
) -> None:
    sampling = Sampling(temperature=temperature, repeat_penalty=1.1)
    with LlamaEngine(starter_path, LoadOptions(n_ctx=512, n_threads=2)) as engine:
        tokens = engine.chat_tokens([{"role": "user", "content": QUESTION}])
        arm = decode(engine, [ArmRequest((tuple(tokens),), (1.0,), sampling, 7, 48)])[0]
    # llama.cpp's own default is to use flash attention where it can; llama-cpp-python's is not to.
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


def scores_together_and_apart(
    engine: LlamaEngine, texts: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """What the sampler is given after some tokens in one batch of two contexts; the same from separate passes.

    Both shifted to a mean of zero: a steered score is defined up to one constant.
    """
    prompts = [tuple(engine.chat_tokens([{"role": "user", "content": t}])) for t in texts]
    weights = [-0.5, 1.5]
    tokens = decode(
        engine, [ArmRequest(tuple(prompts), tuple(weights), Sampling(temperature=0), 0, 12)]
    )[0].tokens
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


def test_the_steered_score_is_that_of_separate_forward_passes(tiny: LlamaEngine) -> None:
    scores, naive = scores_together_and_apart(tiny, ["tell me", "tell me. Be brief."])
    # The weights are 32-bit floats; only the KV cache rounds, to 16 bits.
    np.testing.assert_allclose(scores, naive, atol=0.05)


def test_and_so_it_is_on_the_real_model(starter: LlamaEngine) -> None:
    pole = QUESTION + "\n\nPlease use simple words that a small child understands."
    scores, naive = scores_together_and_apart(starter, [QUESTION, pole])
    # Quantized matrices round differently for one token and for many at a time.
    assert np.abs(scores - naive).max() < 0.5
    assert scores.argmax() == naive.argmax()


def test_two_arms_on_the_real_model_give_the_tokens_of_each_alone(starter: LlamaEngine) -> None:
    texts = [QUESTION, QUESTION + "\n\nPlease answer in one or two short sentences."]
    prompts = [tuple(starter.chat_tokens([{"role": "user", "content": t}])) for t in texts]
    greedy = Sampling(temperature=0)
    arms = [ArmRequest((p,), (1.0,), greedy, 0, 32) for p in prompts]
    together = [arm.tokens for arm in decode(starter, arms)]
    assert together == [decode(starter, [arm])[0].tokens for arm in arms]


def sampler(n_vocab: int = 8, **sampling: float) -> SteeredSampler:
    return SteeredSampler(Sampling(**sampling), 3, n_vocab, alpha=0.1)  # type: ignore[arg-type]


def test_one_context_is_left_whole() -> None:
    row = np.linspace(0, 1, 8, dtype=np.float32)
    chain = sampler(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0)
    drawn = {chain.next([row], [1.0]) for _ in range(300)}
    chain.close()
    assert drawn == set(range(8))


def test_implausible_tokens_are_never_drawn() -> None:
    rows = [
        np.array([5, 4.9, -9, -9, 0, 0, 0, 0], np.float32),
        np.array([-9, 4.9, 5, -9, 0, 0, 0, 0], np.float32),
    ]
    chain = sampler(temperature=2.0, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0)
    drawn = {chain.next(rows, [0.5, 0.5]) for _ in range(200)}
    chain.close()
    assert drawn <= {0, 1, 2}


def test_the_repeat_penalty_reaches_steered_tokens() -> None:
    """Scores keep the level of logits: a penalty that scales them would do nothing to a maximum of zero."""
    rows = [np.array([10, 9.5, 1, 1, 1, 1, 1, 1], np.float32)] * 2
    chain = sampler(temperature=0.0, repeat_penalty=1.5)
    drawn = [chain.next(rows, [0.5, 0.5]) for _ in range(2)]
    chain.close()
    assert drawn == [0, 1]


def test_a_failing_callback_raises_in_python() -> None:
    chain = sampler()
    with pytest.raises(ValueError, match="zip"):
        chain.next([np.zeros(8, np.float32)] * 2, [1.0])
    chain.close()


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_leaving_out_what_cannot_matter_changes_nothing(temperature: float) -> None:
    """The same draws as with top-k behind every token of the vocabulary."""
    rng = np.random.default_rng(0)
    rows = [rng.normal(0, 5, 3000).astype(np.float32) for _ in range(60)]
    settings = {"temperature": temperature, "top_k": 20, "repeat_penalty": 1.3}
    pruned, whole = sampler(3000, **settings), sampler(3000, **settings)
    whole._needed = 0
    assert max(len(pruned._candidates_of(row)) for row in rows) < 2500
    assert [pruned.next([row], [1.0]) for row in rows] == [whole.next([row], [1.0]) for row in rows]
    pruned.close()
    whole.close()


def test_without_top_k_nothing_is_left_out() -> None:
    chain = sampler(3000, top_k=0)
    assert len(chain._candidates_of(np.linspace(0, 100, 3000, dtype=np.float32))) == 3000
    chain.close()


@pytest.mark.parametrize("weights", [(1.0,), (-0.5, 1.5)])
def test_a_tilt_is_added_to_the_score_of_its_words(
    starter: LlamaEngine, weights: tuple[float, ...]
) -> None:
    texts = [QUESTION, QUESTION + "\n\nPlease answer in one or two short sentences."][
        -len(weights) :
    ]
    prompts = tuple(tuple(starter.chat_tokens([{"role": "user", "content": t}])) for t in texts)
    tilt = (("question marks", 50.0),)
    (arm,) = decode(starter, [ArmRequest(prompts, weights, Sampling(temperature=0), 0, 12, tilt)])
    avoided = (("question marks", -50.0), ("you", -50.0))
    (other,) = decode(
        starter, [ArmRequest(prompts, weights, Sampling(repeat_penalty=1.0), 0, 60, avoided)]
    )
    if len(weights) == 1:
        assert "?" in arm.text
    assert "?" not in other.text
    assert not {"you", "your"} & set(other.text.lower().split())
