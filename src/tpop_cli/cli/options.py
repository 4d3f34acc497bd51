"""Options that mean the same everywhere."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Annotated, Any, TypeVar

import typer

from .loading_options import LoadingOptions
from .runtime import be_quiet, limit_time

Command = TypeVar("Command", bound=Callable[..., Any])

ProfileOption = Annotated[
    str | None,
    typer.Option("--profile", "-p", help="Whose taste: a profile's name.", show_default="default"),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed", min=0, help="Same seed, same machine, same answer.", show_default="by chance"
    ),
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
    int | None,
    typer.Option("--top-k", min=0, help="llama.cpp's top-k; 0 is off.", show_default="40"),
]
TopPOption = Annotated[
    float | None,
    typer.Option(
        "--top-p", min=0.0, max=1.0, help="llama.cpp's top-p; 1 is off.", show_default="0.95"
    ),
]
MinPOption = Annotated[
    float | None,
    typer.Option(
        "--min-p", min=0.0, max=1.0, help="llama.cpp's min-p; 0 is off.", show_default="0.05"
    ),
]
RepeatOption = Annotated[
    float | None,
    typer.Option(
        "--repeat-penalty",
        min=0.01,
        max=10.0,
        help="llama.cpp's repeat penalty; 1 is off.",
        show_default="1.1",
    ),
]


class Think(str, Enum):
    """What becomes of what a reasoning model thinks aloud."""

    show = "show"
    hide = "hide"


SystemOption = Annotated[
    str | None,
    typer.Option("--system", "-s", help="The system prompt.", metavar="TEXT", show_default="none"),
]
StopOption = Annotated[
    list[str] | None,
    typer.Option(
        "--stop", help="A text that ends an answer; may be given more than once.", metavar="TEXT"
    ),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        min=0.001,
        help="Seconds after which to give up, with exit code 124.",
        metavar="SECONDS",
    ),
]
ThinkOption = Annotated[
    Think | None,
    typer.Option(
        "--think",
        help="Whether what a reasoning model thinks aloud is shown, on a terminal. It is never on stdout, and never "
        "learned from.",
        show_default="show",
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")]


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
    think: ThinkOption = None
    quiet: QuietOption = False


def ask_of(chosen: Ask | None) -> Ask:
    """When to ask: as the command line says, or as it is set."""
    from ..store.config import setting

    return Ask(setting("ask", chosen and chosen.value) or "auto")


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
        shared = {
            k: v
            for c in kind.__mro__[-2::-1]
            for k, v in inspect.get_annotations(c, eval_str=True).items()
        }
        parameters = [p for p in own if p.name != keyword] + [
            inspect.Parameter(
                f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default, annotation=shared[f.name]
            )
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
    Ask | None,
    typer.Option(
        "--ask",
        help="auto: ask only where your pick may change something. always: every time. never.",
        show_default="auto",
    ),
]
RewardOption = Annotated[
    Reward | None,
    typer.Option(
        "--reward",
        help="axes: instructions steer, learned on texts and strengths. neural: the paper's network over hidden "
        "states, which tries every candidate token; much slower.",
        show_default="axes",
    ),
]
RebuildOption = Annotated[
    bool,
    typer.Option("--rebuild", help="With --reward neural: read all picks anew, with this model."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
