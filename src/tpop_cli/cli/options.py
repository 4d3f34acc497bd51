"""Options that several commands share. Those of settings are made from `settings.SETTINGS`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypeVar

import typer

from ..errors import UsageError
from ..settings import ANSWERS, LOADING, SECONDS, SETTINGS, Setting
from .completion import completes, values_of
from .console import be_quiet
from .process import limit_time

Command = TypeVar("Command", bound=Callable[..., Any])

_PANELS = {LOADING: "Loading the model (llama.cpp's own options)"}


@functools.cache
def setting_option(key: str) -> Any:
    """The Typer option of a setting. Its value is None unless the command line gives it."""
    setting = SETTINGS[key]

    def complete(incomplete: str) -> list[str]:
        return [value for value in values_of(setting) if value.startswith(incomplete)]

    more: dict[str, Any] = {}
    if setting.type is not bool:
        more["parser"] = _parser(setting)
    if completes(setting):  # only then: every completion makes the start a little slower
        more["autocompletion"] = complete
    return typer.Option(
        *setting.options,
        help=setting.help,
        show_default=setting.shown_default,
        metavar=setting.placeholder,
        rich_help_panel=_PANELS.get(setting.group),
        **more,
    )


def _parser(setting: Setting) -> Callable[[str], Any]:
    """The parser of an option, which accepts what the setting does."""

    def parse(text: str) -> Any:
        try:
            return setting.parse(text)
        except UsageError as error:
            raise typer.BadParameter(error.message) from None

    return parse


ProfileOption = Annotated[str | None, setting_option("profile")]
HistoryOption = Annotated[bool | None, setting_option("history")]
AskOption = Annotated[str | None, setting_option("ask")]
RewardOption = Annotated[str | None, setting_option("reward")]
RebuildOption = Annotated[
    bool,
    typer.Option(
        "--rebuild", help="With --reward neural: learn from all picks again, with this model."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
JudgeTimeoutOption = Annotated[
    float | None,
    typer.Option(
        "--judge-timeout",
        parser=_parser(SECONDS),
        help="Give up if the judge takes longer than this for a duel.",
        show_default="no limit",
        metavar="SECONDS",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]

# Options of a group that are not settings: name -> (annotation, default).
_EXTRA: dict[str, dict[str, tuple[Any, Any]]] = {
    LOADING: {
        "verbose": (
            Annotated[
                bool,
                typer.Option(
                    "--verbose",
                    help="Show llama.cpp's log, on stderr.",
                    rich_help_panel=_PANELS[LOADING],
                ),
            ],
            False,
        )
    },
    ANSWERS: {
        "stop": (
            Annotated[
                list[str] | None,
                typer.Option(
                    "--stop", help="Text that ends an answer; repeatable.", metavar="TEXT"
                ),
            ],
            None,
        ),
        "timeout": (
            Annotated[
                float | None,
                typer.Option(
                    "--timeout",
                    parser=_parser(SECONDS),
                    help="Give up after this many seconds, with exit code 124.",
                    metavar="SECONDS",
                ),
            ],
            None,
        ),
        "quiet": (
            Annotated[
                bool, typer.Option("--quiet", "-q", help="Write nothing but errors to stderr.")
            ],
            False,
        ),
    },
}


@dataclass(frozen=True)
class Options:
    """The shared options of a command, as the user gave them.

    Args:
        flags: settings by key; None, or no entry, if the command line does not give them.
        stop: texts that end an answer.
        verbose: whether llama.cpp's log is shown.
    """

    flags: Mapping[str, Any] = field(default_factory=dict)
    stop: Sequence[str] = ()
    verbose: bool = False

    def value(self, key: str) -> Any:
        """The value of a setting, see `store.config.resolve`. Raises ConfigError."""
        from ..store.config import resolve

        return resolve(key, self.flags.get(key))

    def with_flags(self, **flags: Any) -> Options:
        """The same options with other flags."""
        return replace(self, flags={**self.flags, **flags})


def with_options(*groups: str) -> Callable[[Command], Command]:
    """Give a Typer command the options of groups of settings, as one argument named `options`.

    The signature that Typer sees has one parameter per option.
    """
    settings = {
        setting.key: (Annotated[setting.type | None, setting_option(setting.key)], None)
        for group in groups
        for setting in SETTINGS.values()
        if setting.group == group
    }
    extra = {name: option for group in groups for name, option in _EXTRA[group].items()}

    def decorate(function: Command) -> Command:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            flags = {key: kwargs.pop(key) for key in settings}
            others = {name: kwargs.pop(name) for name in extra}
            if others.get("quiet"):
                be_quiet()
            if others.get("timeout"):
                limit_time(others["timeout"])
            options = Options(flags, others.get("stop") or (), others.get("verbose", False))
            return function(*args, options=options, **kwargs)

        # Not typing.get_type_hints: before Python 3.11 it puts an Optional around an Annotated
        # with a default of None.
        own = inspect.signature(function, eval_str=True).parameters.values()
        parameters = [parameter for parameter in own if parameter.name != "options"] + [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
            )
            for name, (annotation, default) in {**settings, **extra}.items()
        ]
        del run.__wrapped__  # or Typer would read the annotations of `function`
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": None}
        return run  # type: ignore[return-value]

    return decorate
