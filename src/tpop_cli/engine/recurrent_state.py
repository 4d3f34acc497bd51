"""Reads the size of a model's recurrent state from its file header.

A sequence has one state, whatever its length, in each block that is recurrent (Mamba, gated delta
nets, short convolutions, RWKV). llama.cpp stores states as 32-bit floats.
"""

from __future__ import annotations

from .gguf import Header

_RECURRENT = ("ssm_", "shortconv", "time_mix_")  # how names of tensors in such blocks begin
_ATTENTION = ("attn_k",)
_BYTES = 4  # of a float


def state_sizes(header: Header) -> list[int]:
    """The bytes of one sequence's state in each block; 0 where a block has none."""
    recurrent = _blocks_with(header, _RECURRENT)
    size = _BYTES * _n_floats(header)
    return [size if i in recurrent else 0 for i in range(header.number("block_count"))]


def blocks_with_attention(header: Header) -> set[int]:
    """The blocks that have a KV cache, in a model with a recurrent state."""
    return _blocks_with(header, _ATTENTION)


def _blocks_with(header: Header, prefixes: tuple[str, ...]) -> set[int]:
    """The blocks with a tensor whose name in the block begins with one of these."""
    found = set()
    for name in header.tensors:
        part, _, rest = name.partition(".")
        number, _, rest = rest.partition(".")
        if part == "blk" and number.isdigit() and rest.startswith(prefixes):
            found.add(int(number))
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
