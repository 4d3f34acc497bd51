"""Writes tiny models with a recurrent state: hybrid ones and purely recurrent ones.

Each has the tensors and keys of its architecture in llama.cpp, with random weights.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import gguf

from .tiny import CHATML, N_EMBD, N_FF, N_HEAD, N_KV, N_LAYER, TinyModel, write_tiny_mamba

HEAD = N_EMBD // N_HEAD
INNER, STATES, SSM_HEADS, GROUPS, KERNEL = 2 * N_EMBD, 16, 4, 2, 4
EXPERTS = 4
TWO_OF_THREE = [0, N_KV, 0]  # K and V heads of each layer: attention stands between two states

THINKING = CHATML.replace(
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}",
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n<think>\n' }}",
)
"""A template whose prompts open a thought that past turns do not have."""


def _state_keys(writer: gguf.GGUFWriter, inner: int = INNER, groups: int = GROUPS) -> None:
    writer.add_ssm_conv_kernel(KERNEL)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(STATES)
    writer.add_ssm_time_step_rank(SSM_HEADS)
    if groups:
        writer.add_ssm_group_count(groups)


def _mamba2_tensors(model: TinyModel, i: int) -> None:
    conv = INNER + 2 * GROUPS * STATES
    model.tensor(f"blk.{i}.ssm_in.weight", INNER + conv + SSM_HEADS, N_EMBD)
    model.tensor(f"blk.{i}.ssm_conv1d.weight", conv, KERNEL)
    model.tensor(f"blk.{i}.ssm_conv1d.bias", conv)
    model.tensor(f"blk.{i}.ssm_dt.bias", SSM_HEADS)
    model.tensor(f"blk.{i}.ssm_a", SSM_HEADS, 1, ones=True, factor=-0.3)  # a decay is negative
    model.tensor(f"blk.{i}.ssm_d", SSM_HEADS, 1)
    model.tensor(f"blk.{i}.ssm_norm.weight", GROUPS, INNER // GROUPS, ones=True)
    model.tensor(f"blk.{i}.ssm_out.weight", N_EMBD, INNER)


def _norms(model: TinyModel, i: int, *names: str, size: int = N_EMBD) -> None:
    for name in names:
        model.tensor(f"blk.{i}.{name}.weight", size, ones=True)


def write_tiny_mamba2(path: Path, template: str = CHATML) -> Path:
    """Write a mamba2 model, which has a state and no KV cache."""
    model = TinyModel(path, "mamba2", name="tiny mamba2", template=template, seed=1)
    model.writer.add_feed_forward_length(0)
    model.writer.add_head_count(0)
    model.writer.add_layer_norm_rms_eps(1e-5)
    _state_keys(model.writer)
    for i in range(N_LAYER):
        _norms(model, i, "attn_norm")
        _mamba2_tensors(model, i)
    return model.write()


def _experts(model: TinyModel, i: int, *, shared: bool) -> None:
    """A mixture of experts instead of one feed-forward network."""
    model.tensor(f"blk.{i}.ffn_gate_inp.weight", EXPERTS, N_EMBD)
    model.tensor(f"blk.{i}.ffn_gate_exps.weight", EXPERTS, N_FF, N_EMBD)
    model.tensor(f"blk.{i}.ffn_up_exps.weight", EXPERTS, N_FF, N_EMBD)
    model.tensor(f"blk.{i}.ffn_down_exps.weight", EXPERTS, N_EMBD, N_FF)
    if shared:
        model.tensor(f"blk.{i}.ffn_gate_inp_shexp.weight", N_EMBD)
        model.tensor(f"blk.{i}.ffn_gate_shexp.weight", N_FF, N_EMBD)
        model.tensor(f"blk.{i}.ffn_up_shexp.weight", N_FF, N_EMBD)
        model.tensor(f"blk.{i}.ffn_down_shexp.weight", N_EMBD, N_FF)


def _expert_keys(writer: gguf.GGUFWriter) -> None:
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(2)
    writer.add_expert_feed_forward_length(N_FF)


def write_tiny_lfm2(path: Path, template: str = CHATML, architecture: str = "lfm2") -> Path:
    """Write an lfm2 model: short convolutions, and attention in the second of three layers.

    The architecture "lfm2moe" has a mixture of experts from the second layer on.
    """
    model = TinyModel(
        path,
        architecture,
        name="tiny lfm2",
        seed=1,
        template=template,
        block_count=3,
        output_norm="token_embd_norm.weight",
    )
    n_dense = 1 if architecture == "lfm2moe" else 3
    if n_dense < 3:
        _expert_keys(model.writer)
        model.writer.add_leading_dense_block_count(n_dense)
        model.writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    model.attention_keys(n_kv=TWO_OF_THREE)
    model.writer.add_shortconv_l_cache(3)
    for i, n_kv in enumerate(TWO_OF_THREE):
        _norms(model, i, "attn_norm", "ffn_norm")
        if i < n_dense:
            model.feed_forward_tensors(i)
        else:
            _experts(model, i, shared=False)
            model.tensor(f"blk.{i}.exp_probs_b.bias", EXPERTS)
        if n_kv:
            _norms(model, i, "attn_q_norm", "attn_k_norm", size=HEAD)
            model.attention_tensors(i, HEAD * n_kv)
        else:
            model.tensor(f"blk.{i}.shortconv.conv.weight", N_EMBD, 3)
            model.tensor(f"blk.{i}.shortconv.in_proj.weight", 3 * N_EMBD, N_EMBD)
            model.tensor(f"blk.{i}.shortconv.out_proj.weight", N_EMBD, N_EMBD)
    return model.write()


def write_tiny_granite_hybrid(path: Path, template: str = CHATML) -> Path:
    """Write a granitehybrid model: Mamba-2, and attention in the second of three layers."""
    model = TinyModel(path, "granitehybrid", name="tiny granite", template=template, block_count=3)
    model.attention_keys(n_kv=TWO_OF_THREE)
    _state_keys(model.writer)
    for i, n_kv in enumerate(TWO_OF_THREE):
        _norms(model, i, "attn_norm", "ffn_norm")
        model.feed_forward_tensors(i)
        if n_kv:
            model.attention_tensors(i, HEAD * n_kv)
        else:
            _mamba2_tensors(model, i)
    return model.write()


def write_tiny_nemotron_h(
    path: Path, template: str = CHATML, architecture: str = "nemotron_h"
) -> Path:
    """Write a nemotron_h model: a Mamba-2, an attention and a feed-forward layer.

    The architecture "nemotron_h_moe" has a mixture of experts in the third layer.
    """
    model = TinyModel(path, architecture, name="tiny nemotron", template=template, block_count=3)
    model.attention_keys([0, 0, N_FF], n_kv=TWO_OF_THREE)
    model.writer.add_layer_norm_eps(1e-5)
    _state_keys(model.writer)
    for i in range(3):
        _norms(model, i, "attn_norm")
    _mamba2_tensors(model, 0)
    model.attention_tensors(1, HEAD * N_KV)
    if architecture == "nemotron_h":
        model.tensor("blk.2.ffn_up.weight", N_FF, N_EMBD)
        model.tensor("blk.2.ffn_down.weight", N_EMBD, N_FF)
        return model.write()
    _expert_keys(model.writer)
    model.writer.add_expert_shared_feed_forward_length(N_FF)
    model.writer.add_expert_shared_count(1)
    model.writer.add_expert_gating_func(gguf.ExpertGatingFuncType.SIGMOID)
    model.tensor("blk.2.ffn_gate_inp.weight", EXPERTS, N_EMBD)
    model.tensor("blk.2.exp_probs_b.bias", EXPERTS)
    model.tensor("blk.2.ffn_up_exps.weight", EXPERTS, N_FF, N_EMBD)
    model.tensor("blk.2.ffn_down_exps.weight", EXPERTS, N_EMBD, N_FF)
    model.tensor("blk.2.ffn_up_shexp.weight", N_FF, N_EMBD)
    model.tensor("blk.2.ffn_down_shexp.weight", N_EMBD, N_FF)
    return model.write()


def write_tiny_jamba(path: Path, template: str = CHATML) -> Path:
    """Write a jamba model: Mamba with norms, and attention in the second of three layers."""
    model = TinyModel(path, "jamba", name="tiny jamba", template=template, block_count=3)
    model.attention_keys(n_kv=TWO_OF_THREE)
    _state_keys(model.writer, groups=0)
    for i, n_kv in enumerate(TWO_OF_THREE):
        _norms(model, i, "attn_norm", "ffn_norm")
        model.feed_forward_tensors(i)
        if n_kv:
            model.attention_tensors(i, HEAD * n_kv)
            continue
        model.tensor(f"blk.{i}.ssm_in.weight", 2 * INNER, N_EMBD)
        model.tensor(f"blk.{i}.ssm_conv1d.weight", INNER, KERNEL)
        model.tensor(f"blk.{i}.ssm_conv1d.bias", INNER)
        model.tensor(f"blk.{i}.ssm_x.weight", SSM_HEADS + 2 * STATES, INNER)
        model.tensor(f"blk.{i}.ssm_dt.weight", INNER, SSM_HEADS)
        model.tensor(f"blk.{i}.ssm_dt.bias", INNER)
        _norms(model, i, "ssm_dt_norm", size=SSM_HEADS)
        _norms(model, i, "ssm_b_norm", "ssm_c_norm", size=STATES)
        model.tensor(f"blk.{i}.ssm_a", INNER, STATES, ones=True, factor=-0.3)
        model.tensor(f"blk.{i}.ssm_d", INNER)
        model.tensor(f"blk.{i}.ssm_out.weight", N_EMBD, INNER)
    return model.write()


def write_tiny_falcon_h1(path: Path, template: str = CHATML) -> Path:
    """Write a falcon-h1 model: every layer has a Mamba-2 and attention side by side."""
    model = TinyModel(path, "falcon-h1", name="tiny falcon", template=template)
    model.attention_keys()
    _state_keys(model.writer)
    for i in range(N_LAYER):
        _norms(model, i, "attn_norm")
        model.tensor(f"blk.{i}.ffn_norm", N_EMBD, ones=True)  # without ".weight"
        model.feed_forward_tensors(i)
        model.attention_tensors(i, HEAD * N_KV)
        _mamba2_tensors(model, i)
    return model.write()


def write_tiny_qwen35(path: Path, template: str = CHATML, architecture: str = "qwen35") -> Path:
    """Write a qwen35 model: gated delta nets, attention in the second layer, M-RoPE positions.

    The architectures "qwen35moe" and "qwen3next" have a mixture of experts in each layer, and
    "qwen3next" plain positions.
    """
    model = TinyModel(path, architecture, name="tiny qwen", template=template, block_count=3)
    model.attention_keys()
    if architecture != "qwen35":
        _expert_keys(model.writer)
    model.writer.add_key_length(HEAD)
    model.writer.add_value_length(HEAD)
    if architecture != "qwen3next":
        model.writer.add_rope_dimension_sections([4, 2, 2, 0])
    model.writer.add_full_attention_interval(2)
    key, value = STATES * GROUPS, STATES * SSM_HEADS
    _state_keys(model.writer, inner=value)
    for i in range(3):
        _norms(model, i, "attn_norm", "post_attention_norm")
        if architecture == "qwen35":
            model.feed_forward_tensors(i)
        else:
            _experts(model, i, shared=True)
        if i == 1:
            _norms(model, i, "attn_q_norm", "attn_k_norm", size=HEAD)
            model.attention_tensors(i, HEAD * N_KV, query=2 * N_EMBD)  # with a gate for each head
            continue
        model.tensor(f"blk.{i}.attn_qkv.weight", 2 * key + value, N_EMBD)
        model.tensor(f"blk.{i}.attn_gate.weight", value, N_EMBD)
        model.tensor(f"blk.{i}.ssm_conv1d.weight", 2 * key + value, KERNEL)
        model.tensor(f"blk.{i}.ssm_dt.bias", SSM_HEADS)
        model.tensor(f"blk.{i}.ssm_a", SSM_HEADS, ones=True, factor=-0.3)
        if architecture == "qwen3next":
            model.tensor(f"blk.{i}.ssm_ba.weight", 2 * SSM_HEADS, N_EMBD)
        else:
            model.tensor(f"blk.{i}.ssm_beta.weight", SSM_HEADS, N_EMBD)
            model.tensor(f"blk.{i}.ssm_alpha.weight", SSM_HEADS, N_EMBD)
        _norms(model, i, "ssm_norm", size=STATES)
        model.tensor(f"blk.{i}.ssm_out.weight", N_EMBD, value)
    return model.write()


WRITERS: dict[str, Callable[[Path], Path]] = {
    "mamba": write_tiny_mamba,
    "mamba2": write_tiny_mamba2,
    "lfm2": write_tiny_lfm2,
    "lfm2moe": partial(write_tiny_lfm2, architecture="lfm2moe"),
    "granitehybrid": write_tiny_granite_hybrid,
    "nemotron_h": write_tiny_nemotron_h,
    "nemotron_h_moe": partial(write_tiny_nemotron_h, architecture="nemotron_h_moe"),
    "jamba": write_tiny_jamba,
    "falcon-h1": write_tiny_falcon_h1,
    "qwen35": write_tiny_qwen35,
    "qwen35moe": partial(write_tiny_qwen35, architecture="qwen35moe"),
    "qwen3next": partial(write_tiny_qwen35, architecture="qwen3next"),
}
"""Architecture -> what writes a tiny model of it."""
