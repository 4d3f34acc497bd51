"""Every setting of tpop, declared once: its names, type, allowed values, default and meaning.

The table `SETTINGS` is the only source of a setting's option on the command line, its `TPOP_*`
variable, its key in config.toml, its default in the dataclasses of the other packages, its shell
completion and its row in the reference. A new setting is one more entry of the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from .errors import UsageError

MAX_CTX = 1 << 20
"""Largest context that can be asked for, in tokens."""

DEFAULT_CTX = 8192
"""Largest context used by default, in tokens: a model's own context may be far larger."""

LOADING = "loading"
"""Group of the settings of every command that loads a model."""

ANSWERS = "answers"
"""Group of the settings of every command that generates answers."""

_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Setting:
    """One setting.

    Args:
        key: name in config.toml; the variable is `TPOP_` and the key in capitals.
        type: of the value: str, int, float or bool.
        help: what the setting does.
        default: value if nothing sets it; None if it depends on the model, the machine or chance.
        default_text: how the default is shown, if not by its value.
        short: one-letter option, such as "-t".
        bounds: smallest and largest allowed number.
        choices: allowed texts.
        pattern: regular expression that an allowed text matches as a whole.
        pattern_text: what the pattern describes, such as "auto, all, or a number of layers".
        metavar: placeholder of the value in `--help`; by default made from what is allowed.
        group: `LOADING` or `ANSWERS` for an option of all their commands; else commands name it.
    """

    key: str
    type: type[str] | type[int] | type[float] | type[bool]
    help: str
    default: Any = None
    default_text: str = ""
    short: str = ""
    bounds: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    pattern_text: str = ""
    metavar: str = ""
    group: str = ""

    def parse(self, text: str) -> Any:
        """Turn a text from the command line, a variable or `tpop config set` into a value.

        Raises:
            UsageError: the text is not an allowed value.
        """
        try:
            value = _parse_bool(text) if self.type is bool else self.type(text)
        except ValueError:
            value = None
        if value is None or not self._allows(value):
            raise UsageError(f"{text!r} is not {self.expected}")
        return value

    def check(self, value: object) -> Any:
        """Check a value from a TOML file. A whole number is accepted for a float.

        Raises:
            UsageError: the value is not of this type, or not an allowed one.
        """
        if type(value) is int and (self.type is float or self.pattern):
            value = self.type(value)
        if type(value) is not self.type or not self._allows(value):
            raise UsageError(f"{value!r} is not {self.expected}")
        return value

    def _allows(self, value: Any) -> bool:
        if self.bounds:
            return bool(self.bounds[0] <= value <= self.bounds[1])  # False for NaN
        if self.choices:
            return value in self.choices
        return not self.pattern or re.fullmatch(self.pattern, value) is not None

    @property
    def expected(self) -> str:
        """What a value must be, as in "is not a number from 0 to 5"."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.pattern:
            return self.pattern_text
        kinds = {int: "a whole number", float: "a number", bool: "true or false"}
        kind = kinds.get(self.type, "a text")
        return f"{kind} from {self.bounds[0]} to {self.bounds[1]}" if self.bounds else kind

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return f"TPOP_{self.key.upper()}"

    @property
    def options(self) -> tuple[str, ...]:
        """Names of the option on the command line, the long one first."""
        name = self.key.replace("_", "-")
        long = f"--{name}/--no-{name}" if self.type is bool else f"--{name}"
        return (long, self.short) if self.short else (long,)

    @property
    def placeholder(self) -> str | None:
        """Placeholder of the value in `--help`; None for a flag."""
        if self.type is bool:
            return None
        if self.metavar or self.choices:
            return self.metavar or "|".join(self.choices)
        if self.bounds and self.type is float:
            return f"{self.bounds[0]}..{self.bounds[1]}"
        return "TEXT" if self.type is str else "N"

    @property
    def shown_default(self) -> str:
        """The default as `--help` shows it."""
        if self.default_text:
            return self.default_text
        if self.type is bool:
            name = self.key.replace("_", "-")
            return name if self.default else f"no-{name}"
        return str(self.default)


def _parse_bool(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


_NAME = r"\s*\S.*"
_NUMBER = r"\s*(\d+\.?\d*|\.\d+)\s*"
_SPLIT = ("none", "layer", "row", "tensor")
_CACHE_TYPES = ("f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl")

_answers = partial(Setting, group=ANSWERS)
_loading = partial(Setting, group=LOADING)
_name = partial(Setting, type=str, pattern=_NAME, pattern_text="a name", metavar="NAME")
_cache_type = partial(_loading, type=str, default="f16", choices=_CACHE_TYPES, metavar="TYPE")

_TABLE = (
    _name(
        "model",
        help="A name from `tpop models list`, a path, or hf:ORG/REPO:Q4_K_M.",
        default_text="smollm2",
        short="-m",
        group=LOADING,
    ),
    _name("profile", help="The profile to use.", default="default", short="-p"),
    _answers("system", str, "System prompt.", "", default_text="none", short="-s"),
    _answers(
        "temperature", float, "Sampling temperature; 0 is greedy.", 0.8, short="-t", bounds=(0, 5)
    ),
    _answers("max_tokens", int, "Maximum tokens per answer.", 512, short="-n", bounds=(1, MAX_CTX)),
    _answers("top_k", int, "llama.cpp's top-k; 0 turns it off.", 40, bounds=(0, MAX_CTX)),
    _answers("top_p", float, "llama.cpp's top-p; 1 turns it off.", 0.95, bounds=(0, 1)),
    _answers("min_p", float, "llama.cpp's min-p; 0 turns it off.", 0.05, bounds=(0, 1)),
    _answers(
        "repeat_penalty",
        float,
        "llama.cpp's repeat penalty; 1 turns it off.",
        1.1,
        bounds=(0.01, 10),
    ),
    _answers(
        "seed",
        int,
        "Random seed. On one machine, the same seed gives the same answer.",
        default_text="random",
        bounds=(0, 1 << 63),
    ),
    _answers(
        "think",
        str,
        "Show or hide thoughts on a terminal, turn thinking off, or set its effort.",
        "show",
        choices=("show", "hide", "off", "low", "medium", "high"),
    ),
    _answers("think_tokens", int, "Maximum tokens of thoughts.", 2048, bounds=(1, MAX_CTX)),
    _answers(
        "steer",
        str,
        "How styles steer: contrast keeps more of the answer, prompt is faster.",
        "contrast",
        choices=("contrast", "prompt"),
    ),
    _loading(
        "ctx",
        int,
        "Context size in tokens; 0 is the default.",
        0,
        default_text=f"the model's, at most {DEFAULT_CTX}",
        bounds=(0, MAX_CTX),
    ),
    _loading("threads", int, "CPU threads.", default_text="the free cores", bounds=(1, 4096)),
    _loading(
        "gpu_layers",
        str,
        "Layers on GPUs and RPC servers: auto (as many as fit their memory), all, or a number.",
        "auto",
        pattern=r"auto|all|-1|\d+",
        pattern_text="auto, all, or a number of layers",
        metavar="auto|all|N",
    ),
    _loading("split_mode", str, "How a model is split over devices.", "layer", choices=_SPLIT),
    _loading(
        "tensor_split",
        str,
        "Proportion of the model on each device, such as 3,1.",
        "",
        default_text="by free memory",
        pattern=rf"({_NUMBER}(,{_NUMBER})*,?)?",
        pattern_text="a list of numbers such as 3,1",
        metavar="N,N,...",
    ),
    _loading("main_gpu", int, "The device for --split-mode none.", 0, bounds=(0, 255)),
    _loading("flash_attn", str, "Flash attention.", "auto", choices=("auto", "on", "off")),
    _cache_type(
        "cache_type_k", help=f"Type of the keys in the KV cache: {', '.join(_CACHE_TYPES)}."
    ),
    _cache_type("cache_type_v", help="Type of the values in the KV cache, one of the same."),
    _loading("mlock", bool, "Keep the weights in RAM.", False),
    _loading("mmap", bool, "Map the file into memory: weights are read when needed.", True),
    _loading(
        "rpc",
        str,
        "llama.cpp RPC servers whose devices to use too. No authentication: only use it in a "
        "network that you trust.",
        "",
        default_text="none",
        metavar="HOST:PORT,...",
    ),
    _name(
        "chat_template",
        help="A chat template built into llama.cpp, for models without one.",
        default_text="the model's",
        group=LOADING,
    ),
    Setting("history", bool, "Keep the input history, chats, and the texts of picks.", True),
    Setting(
        "ask",
        str,
        "When to show two answers and ask. auto: only if your pick may change something.",
        "auto",
        choices=("auto", "always", "never"),
    ),
    Setting(
        "reward",
        str,
        "What learns your taste. axes: a linear model of styles. neural: the paper's network over "
        "hidden states, which tries every candidate token; much slower.",
        "axes",
        choices=("axes", "neural"),
    ),
)

SETTINGS: dict[str, Setting] = {setting.key: setting for setting in _TABLE}
"""All settings, by key."""

SECONDS = Setting("seconds", float, "", bounds=(0.001, 1_000_000), metavar="SECONDS")
"""What options for a time limit allow. It has no variable and no key in config.toml."""


def default(key: str) -> Any:
    """The default value of a setting."""
    return SETTINGS[key].default


def find_setting(key: str) -> Setting:
    """The setting with this key. Raises UsageError with the nearest key if there is none."""
    if key not in SETTINGS:
        raise UsageError(
            f"there is no setting {key!r}", did_you_mean(key, "see all: tpop config show")
        )
    return SETTINGS[key]


def did_you_mean(key: str, otherwise: str) -> str:
    """A hint with the key that is most like a wrong one, or `otherwise` if none is."""
    import difflib

    near = difflib.get_close_matches(key, SETTINGS, 1)
    return f"did you mean {near[0]!r}?" if near else otherwise
