"""What a model takes: weights, KV cache, and room to compute in; and how much of it fits on which device.

Read off the file's header, before anything is loaded. Weights and KV cache are exact; the room to compute in is an
estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .devices import Device
from .gguf import Header

CACHE_TYPES = {
    "f32": (0, 4.0),
    "f16": (1, 2.0),
    "bf16": (30, 2.0),
    "q8_0": (8, 34 / 32),
    "q5_1": (7, 24 / 32),
    "q5_0": (6, 22 / 32),
    "q4_1": (3, 20 / 32),
    "q4_0": (2, 18 / 32),
    "iq4_nl": (20, 18 / 32),
}
"""llama.cpp's --cache-type-k and -v: (enum ggml_type, bytes an element)."""

_SPARE = 0.1  # of a device's free memory, left to others


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that a model takes, loaded for a context of some size.

    Args:
        blocks: weights of each transformer block, in order.
        output: weights of the output layer, which counts as one more.
        embeddings: the token embeddings, which stay in the host's memory.
        kv: of the KV cache, a block.
        compute: room to compute in, on every device that takes part; an estimate.
    """

    blocks: tuple[int, ...]
    output: int
    embeddings: int
    kv: int
    compute: int

    @property
    def weights(self) -> int:
        """All weights, those of a shared embedding once."""
        return sum(self.blocks) + self.embeddings + self.output

    @property
    def kv_cache(self) -> int:
        """The whole KV cache."""
        return self.kv * len(self.blocks)

    @property
    def total(self) -> int:
        """Everything, on one device."""
        return self.weights + self.kv_cache + self.compute

    @property
    def n_layers(self) -> int:
        """Layers as llama.cpp counts them: the blocks and the output layer."""
        return len(self.blocks) + 1

    def layer(self, i: int) -> tuple[int, int]:
        """(weights, KV cache) of a layer; the last one is the output layer."""
        return (
            (self.blocks[i], self.kv)
            if i < len(self.blocks)
            else (self.output or self.embeddings, 0)
        )


@dataclass(frozen=True)
class Allocation:
    """What a device holds of a model: None is the host."""

    device: Device | None
    n_layers: int
    weights: int
    kv: int


def estimate(
    header: Header, n_ctx: int, n_batch: int, type_k: str = "f16", type_v: str = "f16"
) -> MemoryEstimate:
    """What the model of a header takes with a context of `n_ctx` tokens, evaluated `n_batch` at a time."""
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
    n_kv_heads = header.number("attention.head_count_kv") or n_heads
    head = header.number("embedding_length") // n_heads
    key, value = (header.number(f"attention.{one}_length") or head for one in ("key", "value"))
    a_token = n_kv_heads * (key * CACHE_TYPES[type_k][1] + value * CACHE_TYPES[type_v][1])
    wide = header.number("feed_forward_length") + 4 * header.number("embedding_length")
    compute = 4 * n_batch * (header.n_vocab + wide)
    return MemoryEstimate(tuple(blocks), output, embeddings, int(n_ctx * a_token), compute)


def layers_that_fit(need: MemoryEstimate, devices: Sequence[Device]) -> int:
    """How many layers, the last ones first as llama.cpp offloads them, the devices' free memory holds together."""
    room = sum(device.free * (1 - _SPARE) - need.compute for device in devices)
    fitting = 0
    for i in reversed(range(need.n_layers)):
        room -= sum(need.layer(i))
        if room < 0:
            break
        fitting += 1
    return fitting


def shares(
    need: MemoryEstimate, n_offloaded: int, devices: Sequence[Device], split: Sequence[float] = ()
) -> list[Allocation]:
    """Who would hold what, if llama.cpp split it by layers.

    Args:
        need: what there is to hold.
        n_offloaded: how many layers are not the host's.
        devices: those that take layers, in llama.cpp's order.
        split: their proportions; empty: by free memory.

    Returns:
        The host's share first, then the devices'.
    """
    first = need.n_layers - (n_offloaded if devices else 0)
    portions = list(split or [float(device.free) for device in devices])[: len(devices)]
    portions += [0.0] * (len(devices) - len(portions))
    whole = sum(portions) or 1.0
    bounds = [sum(portions[: i + 1]) / whole for i in range(len(devices))]
    held: list[list[int]] = [[] for _ in range(len(devices) + 1)]
    for i in range(need.n_layers):
        place = (i - first) / max(1, n_offloaded)  # as in llama.cpp's load_tensors
        held[
            0
            if i < first
            else 1 + next((k for k, b in enumerate(bounds) if place < b), len(bounds) - 1)
        ].append(i)

    def share(device: Device | None, layers: Sequence[int]) -> Allocation:
        weights = sum(
            need.layer(i)[0] for i in layers if not (device is None and i == len(need.blocks))
        )
        if device is None:
            weights += need.embeddings + (need.output if len(need.blocks) in layers else 0)
        return Allocation(device, len(layers), weights, sum(need.layer(i)[1] for i in layers))

    return [share(device, layers) for device, layers in zip([None, *devices], held, strict=True)]
