"""Reads the size of a model's recurrent state from its file header.

A sequence has one state, whatever its length, in each block that is recurrent (Mamba, gated delta
nets, short convolutions, RWKV). llama.cpp stores states as 32-bit floats.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from .gguf import Header

_RECURRENT = ("ssm_", "shortconv", "time_mix_")  # how names of tensors in such blocks begin
_ATTENTION = "attn_k"
_BYTES = 4  # of a float


def state_sizes(header: Header) -> list[int]:
    """The bytes of one sequence's state in each block; 0 where a block has none."""
    size, by_tensors = _BYTES * _n_floats(header), _tensor_names(header)
    if not size:
        return [0] * header.number("block_count")
    return [
        size if _is_recurrent(header, i, by_tensors.get(i)) else 0
        for i in range(header.number("block_count"))
    ]


def blocks_with_attention(header: Header) -> set[int]:
    """The blocks that have a KV cache, in a model with a recurrent state."""
    by_tensors, interval = _tensor_names(header), header.number("full_attention_interval")
    found = set()
    for i in range(header.number("block_count")):
        if i in by_tensors:
            cached = any(name.startswith(_ATTENTION) for name in by_tensors[i])
        elif interval:
            cached = not _is_recurrent(header, i, None)
        else:
            cached = _number_in(header, "attention.head_count_kv", i) > 0
        if cached:
            found.add(i)
    return found


def _is_recurrent(header: Header, i: int, names: AbstractSet[str] | None) -> bool:
    """Whether block `i` is recurrent: by its tensors, or if another file has them by metadata."""
    if names is not None:
        return any(name.startswith(_RECURRENT) for name in names)
    interval = header.number("full_attention_interval")
    if interval:
        return (i + 1) % interval != 0
    feeds = header.metadata.get(f"{header.architecture}.feed_forward_length")
    if isinstance(feeds, list) and 0 in feeds and _number_in(header, "feed_forward_length", i):
        return False  # where some blocks have no feed-forward network, the others are nothing else
    counts = header.metadata.get(f"{header.architecture}.attention.head_count_kv")
    return not isinstance(counts, list) or not _number_in(header, "attention.head_count_kv", i)


def _number_in(header: Header, key: str, i: int) -> int:
    """A number of the architecture for block `i`, where there may be one for each."""
    value = header.metadata.get(f"{header.architecture}.{key}")
    if isinstance(value, list):
        value = value[i] if i < len(value) else 0
    return value if isinstance(value, int) else 0


def _tensor_names(header: Header) -> dict[int, set[str]]:
    """The names of the tensors in each block, without the block's number."""
    found: dict[int, set[str]] = {}
    for name in header.tensors:
        part, _, rest = name.partition(".")
        number, _, rest = rest.partition(".")
        if part == "blk" and number.isdigit():
            found.setdefault(int(number), set()).add(rest)
    return found


def _n_floats(header: Header) -> int:
    """The floats of a state: `n_embd_r` and `n_embd_s` in llama.cpp's llama-hparams.cpp."""
    n_embd, n_heads = header.number("embedding_length"), header.number("attention.head_count")
    kernel = header.number("ssm.conv_kernel")
    if head := header.number("wkv.head_size"):
        return n_embd * ((header.number("token_shift_count") or 2) + head)
    if window := header.number("shortconv.l_cache"):
        return n_embd * (window - 1)
    if head := header.number("kda.head_dim"):
        return n_heads * head * (3 * (kernel - 1 if kernel else 3) + head)
    inner, state = header.number("ssm.inner_size"), header.number("ssm.state_size")
    convolved = inner + 2 * header.number("ssm.group_count") * state
    return max(0, kernel - 1) * convolved + state * inner
