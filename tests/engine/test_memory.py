"""The memory that a model takes, and which device holds which layers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpop_cli.engine.devices import Device
from tpop_cli.engine.gguf import read_header
from tpop_cli.engine.llama_engine import LlamaEngine
from tpop_cli.engine.load_options import N_STATES, LoadOptions
from tpop_cli.engine.memory import (
    MemoryEstimate,
    allocate_layers,
    count_offloaded_layers,
    estimate_memory,
    layers_that_fit,
)

from ..tiny_hybrid import WRITERS, write_tiny_qwen35

GB = 1 << 30
sizes = st.integers(0, 10 * GB)


def gpu(free: int, name: str = "GPU0") -> Device:
    return Device(name, "a card", "GPU", "CUDA", free, free)


def estimate_of(blocks: list[int]) -> MemoryEstimate:
    return MemoryEstimate(tuple(blocks), output=5, embeddings=7, kv=(11,) * len(blocks), compute=13)


def test_the_estimate_is_the_files_tensors_and_the_kv_cache(
    tiny_path: Path, starter_path: Path
) -> None:
    starter = estimate_memory(read_header(starter_path), LoadOptions())
    # 30 blocks, 3 heads of 64 for K and V each, 2 bytes: llama.cpp allocates 180 MiB
    assert starter.kv_cache == 8192 * 30 * 2 * 3 * 64 * 2 == 180 << 20
    assert starter.n_layers == 31
    file_size = starter_path.stat().st_size
    assert 0.95 * file_size < starter.weights < file_size
    tiny = estimate_memory(read_header(tiny_path), LoadOptions(n_ctx=256))
    assert 0 < tiny.weights < tiny_path.stat().st_size
    smaller = estimate_memory(
        read_header(starter_path), LoadOptions(cache_type_k="q8_0", cache_type_v="q8_0")
    )
    assert smaller.kv_cache == pytest.approx(starter.kv_cache * 34 / 64, rel=1e-6)


@pytest.mark.parametrize("architecture", WRITERS)
def test_states_and_kv_cache_are_what_llama_cpp_allocates(
    architecture: str, tmp_path: Path
) -> None:
    """A state for each sequence, and a KV cache only in layers with attention."""
    path = WRITERS[architecture](tmp_path / "model.gguf")
    log: list[str] = []
    options = LoadOptions(n_threads=1, n_ctx=4096, n_seq_max=200, on_log=log.append)
    with LlamaEngine(path, options):
        sizes = [re.match(r"(\w+): size = +([\d.]+) MiB", line) for line in log]
    allocated = {size[1]: float(size[2]) for size in sizes if size}
    estimate = estimate_memory(read_header(path), options)
    assert estimate.state / (1 << 20) == pytest.approx(
        allocated.pop("llama_memory_recurrent"), abs=0.006
    )
    assert estimate.kv_cache / (1 << 20) == pytest.approx(sum(allocated.values()), abs=0.006)


@pytest.mark.parametrize("architecture", WRITERS)
def test_the_tensors_of_a_state_may_be_in_another_file(architecture: str, tmp_path: Path) -> None:
    """The first file of a model in several can hold its metadata alone."""
    header = read_header(WRITERS[architecture](tmp_path / "model.gguf"))
    whole, alone = (
        estimate_memory(one, LoadOptions()) for one in (header, replace(header, tensors={}))
    )
    assert (alone.states, alone.kv) == (whole.states, whole.kv)


def test_a_model_with_a_state_is_estimated_with_few_sequences(tmp_path: Path) -> None:
    header = read_header(write_tiny_qwen35(tmp_path / "model.gguf"))
    estimate, more = (estimate_memory(header, LoadOptions(n_seq_max=n)) for n in (None, 40))
    assert 0 < estimate.state == more.state * N_STATES // 40
    (host,) = allocate_layers(estimate, 0, [])
    assert host.state == estimate.state


@given(
    st.lists(sizes, min_size=1, max_size=12),
    st.lists(st.integers(1, 30 * GB), max_size=3),
    st.integers(0, 13),
)
def test_an_allocation_holds_every_layer_once(blocks: list[int], free: list[int], n: int) -> None:
    estimate = estimate_of(blocks)
    devices = [gpu(size, f"GPU{i}") for i, size in enumerate(free)]
    n_offloaded = min(n, estimate.n_layers)
    allocations = allocate_layers(estimate, n_offloaded, devices)
    assert sum(each.n_layers for each in allocations) == estimate.n_layers
    assert sum(each.weights for each in allocations) == estimate.weights
    assert sum(each.kv for each in allocations) == estimate.kv_cache
    assert allocations[0].n_layers == estimate.n_layers - (n_offloaded if devices else 0)


def test_a_tensor_split_divides_layers_by_proportion() -> None:
    estimate = MemoryEstimate((1,) * 7, 1, 1, (1,) * 7, 1)
    allocations = allocate_layers(estimate, 8, [gpu(GB), gpu(GB, "GPU1")], (3, 1))
    assert [each.n_layers for each in allocations] == [0, 6, 2]
    assert allocate_layers(estimate, 0, [])[0].n_layers == 8


@given(st.lists(sizes, min_size=1, max_size=12), st.integers(0, 60 * GB))
def test_the_layers_that_fit_are_the_most_that_fit(blocks: list[int], free: int) -> None:
    estimate = estimate_of(blocks)
    n = layers_that_fit(estimate, [gpu(free)])
    room = free * 0.9 - estimate.compute

    def size_of_last(count: int) -> int:
        return sum(sum(estimate.layer(estimate.n_layers - 1 - i)) for i in range(count))

    assert n == 0 or size_of_last(n) <= room
    assert n == estimate.n_layers or size_of_last(n + 1) > room


def test_gpu_layers_are_limited_by_the_devices_and_the_model(
    starter_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header, devices = read_header(starter_path), [gpu(4 * GB)]
    estimate = estimate_memory(header, LoadOptions())
    assert layers_that_fit(estimate, []) == 0
    monkeypatch.setattr("tpop_cli.engine.memory.offload_devices", list)
    for layers in (None, -1, 5):
        assert count_offloaded_layers(header, LoadOptions(gpu_layers=layers)) == 0
    monkeypatch.setattr("tpop_cli.engine.memory.offload_devices", lambda: devices)
    assert count_offloaded_layers(header, LoadOptions()) == layers_that_fit(estimate, devices)
    assert count_offloaded_layers(header, LoadOptions(gpu_layers=5)) == 5
    assert count_offloaded_layers(header, LoadOptions(gpu_layers=-1)) == 31
    assert count_offloaded_layers(header, LoadOptions(gpu_layers=1000)) == 31
