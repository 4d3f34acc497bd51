"""Options that mean the same everywhere."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Annotated, Any, TypeVar

import typer

from .runtime import be_quiet, limit_time

Command = TypeVar("Command", bound=Callable[..., Any])

ProfileOption = Annotated[
    str | None,
    typer.Option("--profile", "-p", help="Whose taste: a profile's name.", show_default="default"),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A name from `tpop models list`, a path, or hf:ORG/REPO/FILE.",
        show_default="smollm2",
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="Same seed, same machine, same answer.", show_default="by chance"),
]
TemperatureOption = Annotated[
    float | None,
    typer.Option("--temperature", "-t", min=0.0, max=5.0, help="0 is greedy.", show_default="0.8"),
]
MaxTokensOption = Annotated[
    int | None,
    typer.Option("--max-tokens", "-n", min=1, help="Where an answer is cut.", show_default="512"),
]
TopKOption = Annotated[
    int | None, typer.Option("--top-k", min=0, help="llama.cpp's top-k; 0 is off.", show_default="40")
]
TopPOption = Annotated[
    float | None,
    typer.Option("--top-p", min=0.0, max=1.0, help="llama.cpp's top-p; 1 is off.", show_default="0.95"),
]
MinPOption = Annotated[
    float | None,
    typer.Option("--min-p", min=0.0, max=1.0, help="llama.cpp's min-p; 0 is off.", show_default="0.05"),
]
RepeatOption = Annotated[
    float | None,
    typer.Option(
        "--repeat-penalty", min=0.01, max=10.0, help="llama.cpp's repeat penalty; 1 is off.", show_default="1.1"
    ),
]
SystemOption = Annotated[
    str | None, typer.Option("--system", "-s", help="The system prompt.", metavar="TEXT", show_default="none")
]
StopOption = Annotated[
    list[str] | None,
    typer.Option("--stop", help="A text that ends an answer; may be given more than once.", metavar="TEXT"),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout", min=0.001, help="Seconds after which to give up, with exit code 124.", metavar="SECONDS"
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")]

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


@dataclass(frozen=True)
class DecodingOptions(LoadingOptions):
    """The options of every command that writes answers: those of loading, and how answers are sampled."""

    seed: SeedOption = None
    temperature: TemperatureOption = None
    max_tokens: MaxTokensOption = None
    top_k: TopKOption = None
    top_p: TopPOption = None
    min_p: MinPOption = None
    repeat_penalty: RepeatOption = None
    system: SystemOption = None
    stop: StopOption = None
    timeout: TimeoutOption = None
    quiet: QuietOption = False


def with_options(keyword: str, kind: type[LoadingOptions]) -> Callable[[Command], Command]:
    """Give a Typer command the fields of a class of options.

    The command takes them as one argument, named `keyword`; to Typer its signature shows them one by one.
    """

    def give(function: Command) -> Command:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            chosen = {field.name: kwargs.pop(field.name) for field in fields(kind)}
            if chosen.get("quiet"):
                be_quiet()
            if chosen.get("timeout"):
                limit_time(chosen["timeout"])
            return function(*args, **{keyword: kind(**chosen)}, **kwargs)

        # Not typing.get_type_hints: before Python 3.11 it hides an Annotated with a default of None in an Optional.
        own = inspect.signature(function, eval_str=True).parameters.values()
        shared = {k: v for c in kind.__mro__[-2::-1] for k, v in inspect.get_annotations(c, eval_str=True).items()}
        parameters = [p for p in own if p.name != keyword] + [
            inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=shared[f.name])
            for f in fields(kind)
        ]
        del run.__wrapped__  # or its annotations would be read in place of these
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": None}
        return run  # type: ignore[return-value]

    return give


with_loading_options = with_options("loading", LoadingOptions)
with_decoding_options = with_options("decoding", DecodingOptions)


class Reward(str, Enum):
    """What is learned from picks, and steers."""

    axes = "axes"
    neural = "neural"


class Ask(str, Enum):
    """When to show two candidates and ask."""

    auto = "auto"
    always = "always"
    never = "never"


AskOption = Annotated[
    Ask,
    typer.Option("--ask", help="auto: ask only where your pick may change something. always: every time. never."),
]
RewardOption = Annotated[
    Reward,
    typer.Option(
        help="axes: instructions steer, learned on texts and strengths. neural: the paper's network over hidden "
        "states, which tries every candidate token; much slower.",
    ),
]
RebuildOption = Annotated[
    bool, typer.Option("--rebuild", help="With --reward neural: read all picks anew, with this model.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
