"""The options of every command that loads a model: which, and how. They are llama.cpp's, by its own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

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

_PANEL = "Loading the model (llama.cpp's own options)"


def _option(
    name: str, said: str, default: str, metavar: str | None = None, least: int | None = None
) -> Any:
    """An option that nothing holds for unless it is given; `default` says what holds then."""
    return typer.Option(
        name, help=said, show_default=default, metavar=metavar, min=least, rich_help_panel=_PANEL
    )


CtxOption = Annotated[
    int | None, _option("--ctx", "Tokens of context.", "the model's, at most 8192")
]
ThreadsOption = Annotated[
    int | None, _option("--threads", "CPU threads.", "physical cores", least=1)
]
GpuLayersOption = Annotated[
    str | None,
    _option(
        "--gpu-layers",
        "Layers on GPUs and RPC servers: auto (as many as their memory holds), all, or a number.",
        "auto",
        "auto|all|N",
    ),
]
SplitModeOption = Annotated[
    str | None,
    _option(
        "--split-mode",
        "How a model is laid over several devices.",
        "layer",
        "none|layer|row|tensor",
    ),
]
TensorSplitOption = Annotated[
    str | None,
    _option(
        "--tensor-split", "How much goes to each device, such as 3,1.", "by free memory", "N,N,..."
    ),
]
MainGpuOption = Annotated[
    int | None, _option("--main-gpu", "The device for --split-mode none.", "0", least=0)
]
FlashAttentionOption = Annotated[
    str | None, _option("--flash-attn", "Flash attention.", "auto", "auto|on|off")
]
CacheTypeKOption = Annotated[
    str | None,
    _option(
        "--cache-type-k",
        "How the KV cache holds K: f32, f16, bf16, q8_0, q5_1, q5_0, q4_1, q4_0, iq4_nl.",
        "f16",
        "TYPE",
    ),
]
CacheTypeVOption = Annotated[
    str | None, _option("--cache-type-v", "How the KV cache holds V.", "f16", "TYPE")
]
MlockOption = Annotated[
    bool | None, _option("--mlock/--no-mlock", "Keep the weights in RAM.", "no-mlock")
]
MmapOption = Annotated[
    bool | None,
    _option("--mmap/--no-mmap", "Read the weights from the file as they are needed.", "mmap"),
]
RpcOption = Annotated[
    str | None,
    _option(
        "--rpc",
        "llama.cpp RPC servers whose devices to use, too. They know no password: only in a network you trust.",
        "none",
        "HOST:PORT,...",
    ),
]
TemplateOption = Annotated[
    str | None,
    _option("--chat-template", "A built-in chat template, for models without one.", "the model's"),
]
VerboseOption = Annotated[
    bool,
    typer.Option(
        "--verbose", help="Let llama.cpp's log through, on stderr.", rich_help_panel=_PANEL
    ),
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
