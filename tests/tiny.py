"""Writes tiny models with random weights as GGUF files. They load in milliseconds.

Their weights are 32-bit floats, so engine tests can compare results almost exactly.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np

N_EMBD, N_LAYER, N_HEAD, N_KV, N_FF, N_CTX = 64, 2, 4, 2, 128, 512
CHATML = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def byte_characters() -> list[str]:
    """The printable character that GPT-2's tokenizer uses for each of the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 512))
    return [chr(b) if b in printable else chr(next(extra)) for b in range(256)]


def write_tiny_gguf(
    path: Path,
    *,
    template: str | None = CHATML,
    seed: int = 0,
    block_count: int = N_LAYER,
    name: str = "tiny",
    more_tokens: Sequence[str] = (),
    control_tokens: Sequence[str] = (),
    add_bos: bool = False,
    pre: str = "gpt-2",
    norm: float = 1.0,
    favoured: int | None = None,
) -> Path:
    """Write a llama model with two layers.

    Args:
        path: the file to write.
        template: the chat template; None leaves it out.
        seed: seed of the random weights.
        block_count: the number of layers in the header, which can be wrong on purpose.
        name: the name in the header.
        more_tokens: texts to add to the vocabulary as single tokens.
        control_tokens: control tokens to add to it.
        add_bos: whether the model wants the beginning-of-sequence token.
        pre: the pre-tokenizer, by llama.cpp's name.
        norm: the weights of the last norm, which scale every logit.
        favoured: the token that the model always writes.
    """
    model = TinyModel(
        path,
        "llama",
        name=name,
        template=template,
        seed=seed,
        block_count=block_count,
        more_tokens=more_tokens,
        control_tokens=control_tokens,
        add_bos=add_bos,
        pre=pre,
        norm=norm,
        favoured=favoured,
    )
    model.attention_keys()
    kv = N_EMBD // N_HEAD * N_KV
    for i in range(N_LAYER):
        model.tensor(f"blk.{i}.attn_norm.weight", N_EMBD, ones=True)
        model.tensor(f"blk.{i}.ffn_norm.weight", N_EMBD, ones=True)
        model.attention_tensors(i, kv)
        model.feed_forward_tensors(i)
    return model.write()


def write_hollow_gguf(path: Path, *, layers: int = 256, feed_forward: int = 4096) -> Path:
    """Write a llama model with almost 1 GB of zeros: a sparse file, which takes a while to load."""
    model = TinyModel(path, "llama", name="hollow", block_count=layers, hollow=True)
    model.attention_keys(feed_forward)
    for i in range(layers):
        model.tensor(f"blk.{i}.attn_norm.weight", N_EMBD)
        model.tensor(f"blk.{i}.ffn_norm.weight", N_EMBD)
        model.attention_tensors(i, N_EMBD // N_HEAD * N_KV)
        model.feed_forward_tensors(i, feed_forward)
    return model.write()


def write_tiny_gemma3(path: Path, *, window: int) -> Path:
    """Write a gemma3 model, which has sliding-window attention in most of its layers."""
    model = TinyModel(path, "gemma3", name="tiny gemma")
    model.attention_keys()
    model.writer.add_sliding_window(window)
    head = N_EMBD // N_HEAD
    model.writer.add_key_length(head)
    model.writer.add_value_length(head)
    for i in range(N_LAYER):
        for norm in ("attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm"):
            model.tensor(f"blk.{i}.{norm}.weight", N_EMBD, ones=True)
        for norm in ("attn_q_norm", "attn_k_norm"):
            model.tensor(f"blk.{i}.{norm}.weight", head, ones=True)
        model.attention_tensors(i, head * N_KV)
        model.feed_forward_tensors(i)
    return model.write()


def write_tiny_mamba(path: Path) -> Path:
    """Write a mamba model, which is recurrent: it has a state instead of a KV cache."""
    model = TinyModel(path, "mamba", name="tiny mamba")
    inner, states, rank = 2 * N_EMBD, 16, 4
    model.writer.add_feed_forward_length(0)
    model.writer.add_head_count(0)
    model.writer.add_layer_norm_rms_eps(1e-5)
    model.writer.add_ssm_conv_kernel(4)
    model.writer.add_ssm_inner_size(inner)
    model.writer.add_ssm_state_size(states)
    model.writer.add_ssm_time_step_rank(rank)
    for i in range(N_LAYER):
        model.tensor(f"blk.{i}.attn_norm.weight", N_EMBD, ones=True)
        for name, *shape in (
            ("ssm_in.weight", 2 * inner, N_EMBD),
            ("ssm_conv1d.weight", inner, 4),
            ("ssm_conv1d.bias", inner),
            ("ssm_x.weight", rank + 2 * states, inner),
            ("ssm_dt.weight", inner, rank),
            ("ssm_dt.bias", inner),
            ("ssm_d", inner),
            ("ssm_out.weight", N_EMBD, inner),
        ):
            model.tensor(f"blk.{i}.{name}", *shape)  # type: ignore[arg-type]
        model.tensor(f"blk.{i}.ssm_a", inner, states, ones=True, factor=-0.3)
    return model.write()


class TinyModel:
    """The common parts of the models: byte tokenizer, embeddings and output layer.

    Args:
        path: the file to write.
        architecture: general.architecture.
        name: general.name.
        template: the chat template; None leaves it out.
        seed: seed of the random weights.
        block_count: the number of layers in the header.
        more_tokens: texts to add to the vocabulary as single tokens.
        control_tokens: control tokens to add to it.
        add_bos: whether the model wants the beginning-of-sequence token.
        pre: the pre-tokenizer, by llama.cpp's name.
        norm: the weights of the last norm, which scale every logit.
        favoured: the token that the model always writes.
        hollow: write a sparse file of zeros instead of weights.
        output_norm: the name of the last norm.
    """

    def __init__(
        self,
        path: Path,
        architecture: str,
        *,
        name: str,
        template: str | None = CHATML,
        seed: int = 0,
        block_count: int = N_LAYER,
        more_tokens: Sequence[str] = (),
        control_tokens: Sequence[str] = (),
        add_bos: bool = False,
        pre: str = "gpt-2",
        norm: float = 1.0,
        favoured: int | None = None,
        hollow: bool = False,
        output_norm: str = "output_norm.weight",
    ) -> None:
        self.path, self.hollow, self.n_bytes = path, hollow, 0
        self.rng = np.random.default_rng(seed)
        self.writer = writer = gguf.GGUFWriter(path, architecture)
        characters = byte_characters()
        words = ["".join(characters[byte] for byte in text.encode()) for text in more_tokens]
        special = [*SPECIAL, *control_tokens]
        tokens = [*special, *characters, *words]
        writer.add_name(name)
        writer.add_context_length(N_CTX)
        writer.add_embedding_length(N_EMBD)
        writer.add_block_count(block_count)
        writer.add_vocab_size(len(tokens))
        writer.add_file_type(0)
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(tokens)
        writer.add_token_types([3] * len(special) + [1] * (256 + len(words)))
        writer.add_token_merges(["h e", "l l"])  # the loader needs at least one
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_add_bos_token(add_bos)
        if template is not None:
            writer.add_chat_template(template)
        self.tensor("token_embd.weight", len(tokens), N_EMBD, ones=favoured is not None)
        self.tensor(output_norm, N_EMBD, ones=True, factor=norm)
        if favoured is None:
            self.tensor("output.weight", len(tokens), N_EMBD)
        else:
            self._favouring_output(len(tokens), favoured)

    def attention_keys(
        self, feed_forward: int | Sequence[int] = N_FF, n_kv: int | Sequence[int] = N_KV
    ) -> None:
        self.writer.add_feed_forward_length(feed_forward)
        self.writer.add_head_count(N_HEAD)
        self.writer.add_head_count_kv(n_kv)
        self.writer.add_layer_norm_rms_eps(1e-5)
        self.writer.add_rope_dimension_count(N_EMBD // N_HEAD)

    def attention_tensors(self, i: int, kv: int, query: int = N_EMBD) -> None:
        self.tensor(f"blk.{i}.attn_q.weight", query, N_EMBD)
        self.tensor(f"blk.{i}.attn_k.weight", kv, N_EMBD)
        self.tensor(f"blk.{i}.attn_v.weight", kv, N_EMBD)
        self.tensor(f"blk.{i}.attn_output.weight", N_EMBD, N_EMBD)

    def feed_forward_tensors(self, i: int, width: int = N_FF) -> None:
        self.tensor(f"blk.{i}.ffn_gate.weight", width, N_EMBD)
        self.tensor(f"blk.{i}.ffn_up.weight", width, N_EMBD)
        self.tensor(f"blk.{i}.ffn_down.weight", N_EMBD, width)

    def tensor(self, name: str, *shape: int, ones: bool = False, factor: float = 1.0) -> None:
        if self.hollow:
            size = 4 * int(np.prod(shape))
            self.writer.add_tensor_info(name, shape, np.dtype(np.float32), size)
            self.n_bytes += size
            return
        values = np.ones(shape) if ones else self.rng.normal(0, 0.3, shape)
        self.writer.add_tensor(name, (factor * values).astype(np.float32))

    def _favouring_output(self, n_tokens: int, favoured: int) -> None:
        """An output layer in which one token has by far the largest logit."""
        values = np.zeros((n_tokens, N_EMBD), dtype=np.float32)
        values[favoured] = 10.0
        self.writer.add_tensor("output.weight", values)

    def write(self) -> Path:
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        if self.hollow:
            self.writer.write_ti_data_to_file()
        else:
            self.writer.write_tensors_to_file()
        self.writer.close()
        if self.hollow:
            os.truncate(self.path, self.path.stat().st_size + 64 + self.n_bytes)
        return self.path
