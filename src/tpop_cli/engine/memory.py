"""Estimates a model's memory from its file header and divides its layers among devices.

Nothing is loaded. Weights, KV cache and recurrent states are exact; the compute buffer is an
estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .devices import Device, offload_devices
from .gguf import Header
from .load_options import ALL_LAYERS, CACHE_TYPES, N_BATCH, LoadOptions, context_size
from .recurrent_state import blocks_with_attention, state_sizes

_RESERVE = 0.1  # the fraction of a device's free memory that is left to other programs


@dataclass(frozen=True)
class MemoryEstimate:
    """The bytes that a model takes, with a context of a given size.

    Args:
        blocks: the weights of each transformer block, in order.
        output: the weights of the output layer, which llama.cpp counts as one more layer.
        embeddings: the token embeddings, which stay on the host.
        kv: the KV cache of each block.
        compute: the compute buffer of each device that holds layers; an estimate.
        states: the recurrent states of all sequences in each block; empty if the model has none.
    """

    blocks: tuple[int, ...]
    output: int
    embeddings: int
    kv: tuple[int, ...]
    compute: int
    states: tuple[int, ...] = ()

    @property
    def weights(self) -> int:
        """All weights. An embedding shared with the output layer counts once."""
        return sum(self.blocks) + self.embeddings + self.output

    @property
    def kv_cache(self) -> int:
        """The whole KV cache."""
        return sum(self.kv)

    @property
    def state(self) -> int:
        """The recurrent states of all sequences."""
        return sum(self.states)

    @property
    def total(self) -> int:
        """Everything, on one device."""
        return self.weights + self.kv_cache + self.state + self.compute

    @property
    def n_layers(self) -> int:
        """Layers as llama.cpp counts them: the blocks and the output layer."""
        return len(self.blocks) + 1

    def layer(self, i: int) -> tuple[int, int, int]:
        """(weights, KV cache, states) of a layer. The last layer is the output layer."""
        if i < len(self.blocks):
            return self.blocks[i], self.kv[i], self.states[i] if self.states else 0
        return self.output or self.embeddings, 0, 0


@dataclass(frozen=True)
class Allocation:
    """The part of a model that one device holds.

    Args:
        device: None is the host.
        n_layers: the number of layers.
        weights: bytes of weights.
        kv: bytes of KV cache.
        state: bytes of recurrent states.
    """

    device: Device | None
    n_layers: int
    weights: int
    kv: int
    state: int


def estimate_memory(header: Header, options: LoadOptions) -> MemoryEstimate:
    """Estimate the memory of a model that is loaded with these options.

    Raises:
        UsageError: the context size is out of range.
    """
    n_blocks = header.number("block_count")
    blocks, output, embeddings = [0] * n_blocks, 0, 0
    for name, tensor in header.tensors.items():
        part, _, rest = name.partition(".")
        number = rest.partition(".")[0]
        if part == "blk" and number.isdigit() and int(number) < n_blocks:
            blocks[int(number)] += tensor.n_bytes
        elif part == "token_embd":
            embeddings += tensor.n_bytes
        else:
            output += tensor.n_bytes
    n_heads = max(1, header.number("attention.head_count"))
    head = header.number("embedding_length") // n_heads
    key, value = (header.number(f"attention.{part}_length") or head for part in ("key", "value"))
    key_bytes, value_bytes = (
        CACHE_TYPES[kind][1] for kind in (options.cache_type_k, options.cache_type_v)
    )
    per_head = context_size(options.n_ctx, header) * (key * key_bytes + value * value_bytes)
    one_each = state_sizes(header)
    states = [options.sequences(True) * size for size in one_each] if any(one_each) else []
    cached = blocks_with_attention(header) if states else range(n_blocks)
    kv = [
        int(n * per_head) if i in cached else 0
        for i, n in enumerate(_kv_heads(header, n_blocks, n_heads))
    ]
    n_activations = header.number("feed_forward_length") + 4 * header.number("embedding_length")
    compute = 4 * N_BATCH * (header.n_vocab + n_activations)
    return MemoryEstimate(tuple(blocks), output, embeddings, tuple(kv), compute, tuple(states))


def _kv_heads(header: Header, n_blocks: int, n_heads: int) -> list[int]:
    """The K and V heads of each block."""
    counts = header.metadata.get(f"{header.architecture}.attention.head_count_kv")
    if isinstance(counts, list) and len(counts) >= n_blocks:
        return [n if isinstance(n, int) else n_heads for n in counts[:n_blocks]]
    return [header.number("attention.head_count_kv") or n_heads] * n_blocks


def count_offloaded_layers(header: Header, options: LoadOptions) -> int:
    """The number of layers that go to devices: `options.gpu_layers`, or as many as fit."""
    estimate, devices = estimate_memory(header, options), offload_devices()
    if not devices:
        return 0
    if options.gpu_layers is None:
        return layers_that_fit(estimate, devices)
    if options.gpu_layers == ALL_LAYERS:
        return estimate.n_layers
    return min(options.gpu_layers, estimate.n_layers)


def layers_that_fit(estimate: MemoryEstimate, devices: Sequence[Device]) -> int:
    """The number of layers that fit in the devices' free memory, taken together.

    The last layers come first, which is the order in which llama.cpp offloads them.
    """
    free = sum(device.free * (1 - _RESERVE) - estimate.compute for device in devices)
    count = 0
    for i in reversed(range(estimate.n_layers)):
        free -= sum(estimate.layer(i))
        if free < 0:
            break
        count += 1
    return count


def allocate_layers(
    estimate: MemoryEstimate,
    n_offloaded: int,
    devices: Sequence[Device],
    split: Sequence[float] = (),
) -> list[Allocation]:
    """Divide the layers among the host and the devices, as llama.cpp does when it splits by layer.

    Args:
        estimate: the model's memory.
        n_offloaded: the number of layers that do not stay on the host.
        devices: those that take layers, in llama.cpp's order.
        split: the proportion of each device; empty: by free memory.

    Returns:
        The host's allocation, then one for each device.
    """
    first = estimate.n_layers - (n_offloaded if devices else 0)  # the first layer on a device
    portions = list(split or [float(device.free) for device in devices])[: len(devices)]
    portions += [0.0] * (len(devices) - len(portions))
    whole = sum(portions) or 1.0
    bounds = [sum(portions[: i + 1]) / whole for i in range(len(devices))]

    def holder(i: int) -> int:
        """Who holds layer i: 0 is the host, k + 1 is devices[k]."""
        if i < first:
            return 0
        position = (i - first) / max(1, n_offloaded)  # as in llama.cpp's load_tensors
        return 1 + next((k for k, b in enumerate(bounds) if position < b), len(bounds) - 1)

    layers: list[list[int]] = [[] for _ in range(len(devices) + 1)]
    for i in range(estimate.n_layers):
        layers[holder(i)].append(i)
    return [
        _allocation(estimate, device, its_layers)
        for device, its_layers in zip([None, *devices], layers, strict=True)
    ]


def _allocation(
    estimate: MemoryEstimate, device: Device | None, layers: Sequence[int]
) -> Allocation:
    """What a device, or the host (None), holds if these layers are put on it."""
    output_layer = len(estimate.blocks)
    kv, state = (sum(estimate.layer(i)[part] for i in layers) for part in (1, 2))
    if device is not None:
        return Allocation(device, len(layers), sum(estimate.layer(i)[0] for i in layers), kv, state)
    # The embeddings are on the host anyway: an output layer that shares them costs nothing more.
    weights = estimate.embeddings + sum(estimate.layer(i)[0] for i in layers if i != output_layer)
    if output_layer in layers:
        weights += estimate.output
    return Allocation(None, len(layers), weights, kv, state)
