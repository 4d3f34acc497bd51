"""Loading with llama.cpp's options: none changes the answers, and impossible ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import CACHE_TYPES, LoadOptions
from tpop_cli.errors import UsageError


def greedy_tokens(path: Path, options: LoadOptions) -> list[int]:
    with LlamaEngine(path, options) as engine:
        (handle,) = engine.open([engine.tokenize("hello there", add_special=True)])
        tokens = []
        for _ in range(8):
            tokens.append(int(engine.logits(handle).argmax()))
            engine.step([(handle, tokens[-1])])
        return tokens


@pytest.mark.parametrize(
    "options",
    [
        LoadOptions(n_threads=1, flash_attn="on"),
        LoadOptions(n_threads=1, mmap=False),
        LoadOptions(n_threads=1, mlock=True),
        LoadOptions(n_threads=1, gpu_layers=0, split_mode="none"),
        LoadOptions(n_threads=1, cache_type_k="f32", cache_type_v="f32"),
    ],
)
def test_options_do_not_change_the_answer(options: LoadOptions, tiny_path: Path) -> None:
    assert greedy_tokens(tiny_path, options) == greedy_tokens(tiny_path, LoadOptions(n_threads=1))


@pytest.mark.parametrize("kind", sorted(CACHE_TYPES))
def test_a_kv_cache_of_every_type_works(kind: str, starter_path: Path) -> None:
    assert greedy_tokens(
        starter_path, LoadOptions(n_ctx=256, cache_type_k=kind, cache_type_v=kind, flash_attn="on")
    )


@pytest.mark.parametrize(
    "options",
    [
        LoadOptions(tensor_split=(0.0, 0.0)),
        LoadOptions(tensor_split=(1.0,) * 999),
        LoadOptions(n_ctx=256, cache_type_v="q8_0", flash_attn="off"),
    ],
)
def test_impossible_options_are_usage_errors(options: LoadOptions, starter_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        LlamaEngine(starter_path, options)
    assert caught.value.hint
