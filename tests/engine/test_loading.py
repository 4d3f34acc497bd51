"""What a model takes and where it goes, and llama.cpp's own options."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.engine.devices import Device, devices
from tpop_cli.engine.gguf import read_header
from tpop_cli.engine.guard import guarded
from tpop_cli.engine.llama import LlamaEngine
from tpop_cli.engine.loading import LoadOptions, memory_estimate, offloaded_layers
from tpop_cli.engine.memory import CACHE_TYPES, MemoryEstimate, layers_that_fit, shares
from tpop_cli.errors import TpopError, UsageError

GB = 1 << 30


def gpu(free: int, name: str = "GPU0") -> Device:
    return Device(name, "a card", "GPU", "CUDA", free, free)


def test_the_need_of_a_file_is_its_tensors_and_its_kv_cache(
    tiny_path: Path, starter_path: Path
) -> None:
    starter = memory_estimate(read_header(starter_path), LoadOptions())
    # 30 blocks, 3 heads of 64 for K and V each, 2 bytes: llama.cpp allocates 180 MiB for 8192 tokens
    assert starter.kv_cache == 8192 * 30 * 2 * 3 * 64 * 2 == 180 << 20
    assert starter.n_layers == 31
    file_size = starter_path.stat().st_size
    assert 0.95 * file_size < starter.weights < file_size
    tiny = memory_estimate(read_header(tiny_path), LoadOptions(n_ctx=256))
    assert 0 < tiny.weights < tiny_path.stat().st_size
    smaller = memory_estimate(
        read_header(starter_path), LoadOptions(cache_type_k="q8_0", cache_type_v="q8_0")
    )
    assert smaller.kv_cache == pytest.approx(starter.kv_cache * 34 / 64, rel=1e-6)


sizes = st.integers(0, 10 * GB)


@given(
    st.lists(sizes, min_size=1, max_size=12),
    st.lists(st.integers(1, 30 * GB), max_size=3),
    st.integers(0, 13),
)
def test_shares_hold_everything_once(blocks: list[int], free: list[int], n: int) -> None:
    need = MemoryEstimate(tuple(blocks), 5, 7, 11, 13)
    taking = [gpu(one, f"GPU{i}") for i, one in enumerate(free)]
    offloaded = min(n, need.n_layers)
    held = shares(need, offloaded, taking)
    assert sum(one.n_layers for one in held) == need.n_layers
    assert sum(one.weights for one in held) == need.weights
    assert sum(one.kv for one in held) == need.kv_cache
    assert held[0].n_layers == need.n_layers - (offloaded if taking else 0)


@given(st.lists(sizes, min_size=1, max_size=12), st.integers(0, 60 * GB))
def test_what_fits_fits_and_one_more_would_not(blocks: list[int], free: int) -> None:
    need = MemoryEstimate(tuple(blocks), 5, 7, 11, 13)
    n = layers_that_fit(need, [gpu(free)])
    room = free * 0.9 - need.compute

    def taken(count: int) -> int:
        return sum(sum(need.layer(need.n_layers - 1 - i)) for i in range(count))

    assert n == 0 or taken(n) <= room
    assert n == need.n_layers or taken(n + 1) > room


def test_a_split_is_by_proportion() -> None:
    need = MemoryEstimate((1,) * 7, 1, 1, 1, 1)
    held = shares(need, 8, [gpu(GB), gpu(GB, "GPU1")], (3, 1))
    assert [one.n_layers for one in held] == [0, 6, 2]
    assert shares(need, 0, [])[0].n_layers == 8


def test_layers_are_offloaded_to_what_there_is(
    starter_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, card = read_header(starter_path), [gpu(4 * GB)]
    assert layers_that_fit(memory_estimate(header, LoadOptions()), []) == 0
    monkeypatch.setattr("tpop_cli.engine.loading.offload_devices", list)
    for layers in (None, -1, 5):
        assert offloaded_layers(header, LoadOptions(gpu_layers=layers)) == 0
    monkeypatch.setattr("tpop_cli.engine.loading.offload_devices", lambda: card)
    assert offloaded_layers(header, LoadOptions()) == layers_that_fit(
        memory_estimate(header, LoadOptions()), card
    )
    assert offloaded_layers(header, LoadOptions(gpu_layers=5)) == 5
    assert offloaded_layers(header, LoadOptions(gpu_layers=-1)) == 31
    assert offloaded_layers(header, LoadOptions(gpu_layers=1000)) == 31


def test_there_is_a_cpu() -> None:
    assert [device for device in devices() if device.kind == "CPU"]


def greedy(path: Path, options: LoadOptions) -> list[int]:
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
def test_options_do_not_change_what_is_said(options: LoadOptions, tiny_path: Path) -> None:
    assert greedy(tiny_path, options) == greedy(tiny_path, LoadOptions(n_threads=1))


@pytest.mark.parametrize("kind", sorted(CACHE_TYPES))
def test_a_kv_cache_of_every_type_works(kind: str, starter_path: Path) -> None:
    assert greedy(
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


def test_guarded_calls_give_results_and_errors() -> None:
    assert guarded(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        guarded(divmod, 7, 0)
    with pytest.raises(TpopError):
        guarded(_fail)


def _fail() -> None:
    raise TpopError("it failed")
