"""Options that mean the same everywhere."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Annotated, Any, TypeVar

import typer

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
TopKOption = Annotated[int, typer.Option("--top-k", min=0, help="llama.cpp's top-k; 0 is off.")]
TopPOption = Annotated[float, typer.Option("--top-p", min=0.0, max=1.0, help="llama.cpp's top-p; 1 is off.")]
MinPOption = Annotated[float, typer.Option("--min-p", min=0.0, max=1.0, help="llama.cpp's min-p; 0 is off.")]
RepeatOption = Annotated[
    float, typer.Option("--repeat-penalty", min=0.01, max=10.0, help="llama.cpp's repeat penalty; 1 is off.")
]
CtxOption = Annotated[
    int | None,
    typer.Option("--ctx", help="Tokens of context.", show_default="the model's, at most 8192"),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="CPU threads.", show_default="physical cores"),
]
GpuLayersOption = Annotated[
    int | None,
    typer.Option("--gpu-layers", min=-1, help="Layers on the GPU; -1: all of them.", show_default="-1"),
]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--chat-template",
        help="A built-in chat template, for models without one.",
        show_default="the model's",
    ),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Let llama.cpp's log through, on stderr.")]


@dataclass(frozen=True)
class DecodingOptions:
    """The options of every command that writes answers: which model, how loaded, how sampled."""

    model: ModelOption = None
    seed: SeedOption = None
    temperature: TemperatureOption = None
    max_tokens: MaxTokensOption = None
    top_k: TopKOption = 40
    top_p: TopPOption = 0.95
    min_p: MinPOption = 0.05
    repeat_penalty: RepeatOption = 1.1
    ctx: CtxOption = None
    threads: ThreadsOption = None
    gpu_layers: GpuLayersOption = None
    chat_template: TemplateOption = None
    verbose: VerboseOption = False


def with_decoding_options(function: Command) -> Command:
    """Give a Typer command the fields of `DecodingOptions` as options.

    The command takes them as one keyword argument named `decoding`; to Typer its signature shows them one by one.
    """

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        chosen = {field.name: kwargs.pop(field.name) for field in fields(DecodingOptions)}
        return function(*args, decoding=DecodingOptions(**chosen), **kwargs)

    # Not typing.get_type_hints: before Python 3.11 it hides an Annotated type whose default is None in an Optional.
    own = inspect.signature(function, eval_str=True).parameters.values()
    shared = inspect.get_annotations(DecodingOptions, eval_str=True)
    parameters = [p for p in own if p.name != "decoding"] + [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=shared[f.name])
        for f in fields(DecodingOptions)
    ]
    del run.__wrapped__  # or its annotations would be read in place of these
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": None}
    return run  # type: ignore[return-value]


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
