"""The options of every command that loads a model: which, and how. They are llama.cpp's, by its own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A name from `tpop models list`, a path, or hf:ORG/REPO/FILE.",
        show_default="smollm2",
    ),
]

_LOADING = "Loading the model (llama.cpp's own options)"

CtxOption = Annotated[
    int | None,
    typer.Option(
        "--ctx", help="Tokens of context.", show_default="the model's, at most 8192", rich_help_panel=_LOADING
    ),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="CPU threads.", show_default="physical cores", rich_help_panel=_LOADING),
]
GpuLayersOption = Annotated[
    str | None,
    typer.Option(
        "--gpu-layers",
        help="Layers on GPUs and RPC servers: auto (as many as their memory holds), all, or a number.",
        metavar="auto|all|N",
        show_default="auto",
        rich_help_panel=_LOADING,
    ),
]
SplitModeOption = Annotated[
    str | None,
    typer.Option(
        "--split-mode",
        help="How a model is laid over several devices.",
        metavar="none|layer|row|tensor",
        show_default="layer",
        rich_help_panel=_LOADING,
    ),
]
TensorSplitOption = Annotated[
    str | None,
    typer.Option(
        "--tensor-split",
        help="How much goes to each device, such as 3,1.",
        metavar="N,N,...",
        show_default="by free memory",
        rich_help_panel=_LOADING,
    ),
]
MainGpuOption = Annotated[
    int | None,
    typer.Option(
        "--main-gpu", min=0, help="The device for --split-mode none.", show_default="0", rich_help_panel=_LOADING
    ),
]
FlashAttentionOption = Annotated[
    str | None,
    typer.Option(
        "--flash-attn",
        help="Flash attention.",
        metavar="auto|on|off",
        show_default="auto",
        rich_help_panel=_LOADING,
    ),
]
CacheTypeKOption = Annotated[
    str | None,
    typer.Option(
        "--cache-type-k",
        help="How the KV cache holds K: f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl.",
        metavar="TYPE",
        show_default="f16",
        rich_help_panel=_LOADING,
    ),
]
CacheTypeVOption = Annotated[
    str | None,
    typer.Option(
        "--cache-type-v",
        help="How the KV cache holds V.",
        metavar="TYPE",
        show_default="f16",
        rich_help_panel=_LOADING,
    ),
]
MlockOption = Annotated[
    bool | None,
    typer.Option(
        "--mlock/--no-mlock", help="Keep the weights in RAM.", show_default="no-mlock", rich_help_panel=_LOADING
    ),
]
MmapOption = Annotated[
    bool | None,
    typer.Option(
        "--mmap/--no-mmap",
        help="Read the weights from the file as they are needed.",
        show_default="mmap",
        rich_help_panel=_LOADING,
    ),
]
RpcOption = Annotated[
    str | None,
    typer.Option(
        "--rpc",
        help="llama.cpp RPC servers whose devices to use, too. They know no password: only in a network you trust.",
        metavar="HOST:PORT,...",
        show_default="none",
        rich_help_panel=_LOADING,
    ),
]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--chat-template",
        help="A built-in chat template, for models without one.",
        show_default="the model's",
        rich_help_panel=_LOADING,
    ),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", help="Let llama.cpp's log through, on stderr.", rich_help_panel=_LOADING)
]


@dataclass(frozen=True)
class LoadingOptions:
    """The options of every command that loads a model: which, and how."""

    model: ModelOption = None
    ctx: CtxOption = None
    threads: ThreadsOption = None
    gpu_layers: GpuLayersOption = None
    split_mode: SplitModeOption = None
    tensor_split: TensorSplitOption = None
    main_gpu: MainGpuOption = None
    flash_attn: FlashAttentionOption = None
    cache_type_k: CacheTypeKOption = None
    cache_type_v: CacheTypeVOption = None
    mlock: MlockOption = None
    mmap: MmapOption = None
    rpc: RpcOption = None
    chat_template: TemplateOption = None
    verbose: VerboseOption = False
