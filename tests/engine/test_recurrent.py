"""Models with a recurrent state: forks, prefixes and interrupts keep to what the model computes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import gguf
import numpy as np
import pytest

from tpop_cli.core.thoughts import THINK
from tpop_cli.decoding.arm import ArmRequest
from tpop_cli.decoding.decoder import BatchDecoder, run_to_end
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import N_STATES, LoadOptions
from tpop_cli.engine.protocol import Interrupted, Row, Sampling
from tpop_cli.errors import ContextFullError, DecodeError

from ..tiny_hybrid import WRITERS

GREEDY = Sampling(temperature=0, repeat_penalty=1.0)
OPTIONS = LoadOptions(n_threads=1, n_ctx=1024)
# The KV cache holds 16-bit floats, and another batch is rounded differently.
TOLERANCE = 0.02


@pytest.fixture(scope="module", params=WRITERS)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return WRITERS[request.param](tmp_path_factory.mktemp("models") / f"{request.param}.gguf")


@pytest.fixture
def engine(path: Path) -> Iterator[LlamaEngine]:
    with LlamaEngine(path, OPTIONS) as engine:
        yield engine


def prompt(engine: LlamaEngine, text: str) -> tuple[int, ...]:
    return tuple(engine.chat_tokens([{"role": "user", "content": text}]))


def fresh(path: Path, tokens: tuple[int, ...]) -> Row:
    """The logits after a prompt in a context of its own."""
    with LlamaEngine(path, OPTIONS) as engine:
        return engine.logits(engine.open([tokens])[0])


def stop_after(engine: LlamaEngine, n: int) -> None:
    """Set the stop flag once llama.cpp has asked for it `n` times: in the middle of its graph."""
    asked = count()
    engine.stop.is_set = lambda: next(asked) >= n  # type: ignore[method-assign]


def go_on(engine: LlamaEngine) -> None:
    del engine.stop.is_set  # type: ignore[method-assign]


def decoded(engine: LlamaEngine, requests: list[ArmRequest]) -> list[list[int]]:
    return [arm.tokens for arm in run_to_end(BatchDecoder(engine).steps(requests))]


def request(prompts: list[tuple[int, ...]], weights: list[float], n: int) -> ArmRequest:
    return ArmRequest(tuple(prompts), tuple(weights), GREEDY, 0, n)


def test_a_model_with_a_state_has_few_sequences(engine: LlamaEngine) -> None:
    assert engine.has_state
    assert engine.n_seq_max == N_STATES


def test_prompts_opened_together_have_the_logits_of_each_alone(
    engine: LlamaEngine, path: Path
) -> None:
    prompts = [
        prompt(engine, text)
        for text in ("one two three", "one two", "another one that is longer", "x" * 600)
    ]
    handles = engine.open([*prompts, prompts[0]])
    for handle, tokens in zip(handles, [*prompts, prompts[0]], strict=True):
        np.testing.assert_allclose(engine.logits(handle), fresh(path, tokens), atol=TOLERANCE)


def test_arms_behind_one_thought_have_the_tokens_of_each_alone(
    engine: LlamaEngine, path: Path
) -> None:
    plain, toward, away = (
        prompt(engine, text) for text in ("tell me", "Be brief. tell me", "Be long. tell me")
    )
    arms = [
        replace(one, opened=THINK, think_tokens=8, alpha=1e-9)
        for one in (
            request([plain], [1.0], n=12),
            request([plain, toward, away], [1.0, 8.0, -8.0], n=12),
        )
    ]
    alone = [decoded(engine, [arm])[0] for arm in arms]
    assert alone[0] != alone[1] or path.stem == "mamba2"  # which forgets so far back
    assert alone[0][:8] == alone[1][:8]
    assert decoded(engine, arms) == alone


def test_two_arms_together_have_the_tokens_of_each_alone(engine: LlamaEngine) -> None:
    plain, toward, away = (
        prompt(engine, text) for text in ("tell me", "Be brief. tell me", "Be long. tell me")
    )
    arms = [
        request([plain, toward, away], [1.0, 1.5, -1.5], n=20),
        request([plain], [1.0], n=20),
        request([plain, away], [0.25, 0.75], n=9),
    ]
    together = decoded(engine, arms)
    assert together == [decoded(engine, [arm])[0] for arm in arms]
    assert [len(tokens) for tokens in together] == [20, 20, 9]


def test_any_order_of_steps_forks_and_ends_leaves_each_sequence_its_own_state(
    engine: LlamaEngine, path: Path
) -> None:
    """States move in llama.cpp when other sequences are decoded in a batch or when one ends."""
    rng = np.random.default_rng(0)
    live: dict[int, tuple[int, ...]] = {}

    def some_tokens(n: int) -> tuple[int, ...]:
        return tuple(int(token) for token in rng.integers(10, 250, n))

    def check() -> None:
        for handle, tokens in live.items():
            np.testing.assert_allclose(engine.logits(handle), fresh(path, tokens), atol=TOLERANCE)

    for turn in range(12):
        for handle in [h for h in live if rng.random() < 0.4]:
            engine.close_sequence(handle, keep=rng.random() < 0.5)
            del live[handle]
        n = int(rng.integers(1, 4))
        if len(live) + n + 2 <= engine.n_seq_max:
            prompts = [some_tokens(int(rng.integers(1, 20))) for _ in range(n)]
            live |= dict(zip(engine.open(prompts), prompts, strict=True))
        if len(live) + 2 < engine.n_seq_max:
            source = rng.choice(list(live))
            live[engine.fork(int(source))] = live[source]
        for _ in range(3):
            handles = rng.permutation(list(live))[: max(1, int(rng.integers(0, len(live) + 1)))]
            pairs = [(int(handle), some_tokens(1)[0]) for handle in handles]
            engine.step(pairs)
            live |= {handle: (*live[handle], token) for handle, token in pairs}
        engine.step([(handle, 65) for handle in live])
        live = {handle: (*tokens, 65) for handle, tokens in live.items()}
        if turn % 4 == 3:
            check()


def test_the_next_turn_goes_on_from_an_answer_as_from_a_fresh_prefill(
    engine: LlamaEngine, path: Path
) -> None:
    first = prompt(engine, "a question")
    (arm,) = run_to_end(BatchDecoder(engine).steps([request([first], [1.0], n=12)]))
    longer = (*first, *arm.tokens, 5, 6, 7)
    before = engine.prefilled
    (handle,) = engine.open([longer])
    assert engine.prefilled - before == 4  # the answer's last token was not evaluated either
    np.testing.assert_allclose(engine.logits(handle), fresh(path, longer), atol=TOLERANCE)


def test_a_part_of_a_sequence_is_no_prefix(engine: LlamaEngine, path: Path) -> None:
    whole = prompt(engine, "a question that is rather long")
    engine.close_sequence(engine.open([whole])[0], keep=True)
    other = (*whole[:-6], 5, 6, 7)
    before = engine.prefilled
    (handle,) = engine.open([other])
    assert engine.prefilled - before == len(other)
    np.testing.assert_allclose(engine.logits(handle), fresh(path, other), atol=TOLERANCE)


def test_the_next_turn_goes_on_from_a_checkpoint(engine: LlamaEngine, path: Path) -> None:
    chat = prompt(engine, "a question that is rather long")
    n = len(chat) - 4
    arms = engine.open([chat, (*chat[:12], 9, *chat[12:]), chat], checkpoint=n)
    np.testing.assert_allclose(engine.logits(arms[0]), fresh(path, chat), atol=TOLERANCE)
    for handle in arms:
        engine.step([(handle, 65)])
        engine.close_sequence(handle, keep=True)
    rewritten = (*chat[:n], 5, 6, 7)
    before = engine.prefilled
    engine.warm([rewritten[:-1]])
    (handle,) = engine.open([rewritten])
    assert engine.prefilled - before == 1
    np.testing.assert_allclose(engine.logits(handle), fresh(path, rewritten), atol=TOLERANCE)
    engine.close_sequence(handle)
    (handle,) = engine.open([(*chat[:n], 8, 9)])  # not what was expected: from the checkpoint
    assert engine.prefilled - before == 3


def test_contexts_go_on_from_what_was_evaluated_before_the_question(
    engine: LlamaEngine, path: Path
) -> None:
    start = tuple(engine.tokenize("a chat and its answers so far", add_special=False))
    prefixes = [start, *((*start, n, n) for n in range(20, 26))]
    engine.warm(prefixes)
    prompts = [(*prefix, 30, 31, 32) for prefix in prefixes]
    before = engine.prefilled
    handles = engine.open([*prompts, prompts[0]])
    assert engine.prefilled - before == 3 * len(prompts)
    for handle, tokens in zip(handles, [*prompts, prompts[0]], strict=True):
        np.testing.assert_allclose(engine.logits(handle), fresh(path, tokens), atol=TOLERANCE)


def test_an_interrupted_prefill_leaves_nothing_behind(engine: LlamaEngine, path: Path) -> None:
    first, second = prompt(engine, "a question"), prompt(engine, "another one, which is longer")
    engine.close_sequence(engine.open([first])[0], keep=True)
    for n in (1, 5, 40):
        stop_after(engine, n)
        with pytest.raises(Interrupted):
            engine.open([(*first, 5, 6, 7), second])
        go_on(engine)
        assert not engine._seqs.cache.tokens
        handles = engine.open([(*first, 5, 6, 7), second])
        for handle, tokens in zip(handles, [(*first, 5, 6, 7), second], strict=True):
            np.testing.assert_allclose(engine.logits(handle), fresh(path, tokens), atol=TOLERANCE)
            engine.close_sequence(handle, keep=True)


def test_numbers_that_are_not_finite_leave_nothing_behind(path: Path, tmp_path: Path) -> None:
    """llama.cpp clears a state by a multiplication by zero, which leaves a NaN as it is."""
    broken = Path(shutil.copy(path, tmp_path))
    embeddings = next(t for t in gguf.GGUFReader(broken, "r+").tensors if "token_embd" in t.name)
    embeddings.data[200] = np.nan
    with LlamaEngine(broken, OPTIONS) as engine:
        good, bad = prompt(engine, "a question"), (70, 71, 200, 72)
        for _ in range(3):
            with pytest.raises(DecodeError, match="not finite"):
                engine.open([bad, (*good, 4)])
            handles = engine.open([good, (*good, 4), (*good, 5)])
            np.testing.assert_allclose(engine.logits(handles[0]), fresh(path, good), atol=TOLERANCE)
            for handle in handles:
                engine.close_sequence(handle)


def test_an_interrupted_step_keeps_the_chat(engine: LlamaEngine) -> None:
    first = prompt(engine, "a question")
    (handle,) = engine.open([first])
    engine.step([(handle, 65)])
    engine.stop.set()
    with pytest.raises(Interrupted):
        engine.step([(handle, 66)])
    engine.stop.clear()
    engine.close_sequence(handle, keep=True)
    before = engine.prefilled
    engine.open([(*first, 65, 66)])
    assert engine.prefilled - before == 1


def test_an_interrupted_prefetch_is_of_use_as_far_as_it_came(
    engine: LlamaEngine, path: Path
) -> None:
    tokens = tuple(engine.tokenize("one two three four " * 8, add_special=False))
    stop_after(engine, 2)  # asked for before each part only
    engine.warm([tokens])
    go_on(engine)
    before = engine.prefilled
    (handle,) = engine.open([tokens])
    assert 0 < engine.prefilled - before < len(tokens)
    np.testing.assert_allclose(engine.logits(handle), fresh(path, tokens), atol=TOLERANCE)


def test_a_full_context_is_an_error_and_leaves_the_engine_usable(
    engine: LlamaEngine, path: Path
) -> None:
    first = prompt(engine, "short")
    if engine.n_ctx and path.stem not in ("mamba", "mamba2"):  # these have no cells to fill
        with pytest.raises(ContextFullError, match="1024"):
            engine.open([tuple(engine.tokenize("x" * 1500, add_special=False))])
    with pytest.raises(ContextFullError, match="sequences"):
        engine.open([(*first, n) for n in range(N_STATES + 1)])
    for _ in range(N_STATES + 2):
        for handle in engine.open([first, (*first, 4)]):
            engine.close_sequence(handle)
    np.testing.assert_allclose(
        engine.logits(engine.open([first])[0]), fresh(path, first), atol=TOLERANCE
    )


def test_logprobs_equal_those_of_single_steps(engine: LlamaEngine) -> None:
    p = prompt(engine, "hello")
    tokens = [70, 71, 72, 73]
    (handle,) = engine.open([p])
    naive = []
    for token in tokens:
        row = engine.logits(handle).astype(float)
        naive.append(row[token] - np.log(np.exp(row - row.max()).sum()) - row.max())
        engine.step([(handle, token)])
    np.testing.assert_allclose(engine.logprobs([*p, *tokens], len(p)), naive, atol=TOLERANCE)
