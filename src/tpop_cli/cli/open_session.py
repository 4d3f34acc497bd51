"""Open what a command works with, from its options and settings: profile, model and session."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from ..settings import SETTINGS, default
from ..ui.clean import clean
from .console import note, stderr_console
from .first_model import model_file

if TYPE_CHECKING:
    from ..core.steering import Steer
    from ..engine.load_options import LoadOptions
    from ..engine.protocol import Engine
    from ..session.learner import Learner
    from ..session.options import SessionOptions
    from ..session.session import Session
    from ..store.profile import Profile
    from .options import Options


def open_profile(name: str | None) -> Profile:
    """Open a profile and show its notices. From then on its own settings apply, too.

    Args:
        name: the flag --profile; None: the setting applies.
    """
    from ..store.config import resolve, use_profile_settings
    from ..store.profile import Profile

    profile = Profile(resolve("profile", name))
    use_profile_settings(profile.name)
    for notice in profile.notices:
        note(notice)
    return profile


def load_options(options: Options) -> LoadOptions:
    """The options for loading a model, from the options of a command and the settings.

    Raises:
        ConfigError: a variable or a config.toml holds a value that is not allowed.
    """
    from ..engine.load_options import LoadOptions

    values = {
        one.name: options.value(one.name) for one in fields(LoadOptions) if one.name in SETTINGS
    }
    values["gpu_layers"] = _layers(values["gpu_layers"])
    values["tensor_split"] = tuple(map(float, _parts(values["tensor_split"])))
    values["rpc"] = tuple(_parts(values["rpc"]))
    return LoadOptions(
        n_ctx=options.value("ctx"),
        n_threads=options.value("threads") or 0,
        repeatable=options.value("seed") is not None,
        on_log=_print_log if options.verbose else None,
        thinking="" if options.value("think") in ("show", "hide") else options.value("think"),
        **values,
    )


def _print_log(line: str) -> None:
    """Print a line of llama.cpp's log, which may quote the model's file."""
    print(clean(line), file=sys.stderr, flush=True)


def _layers(text: str) -> int | None:
    """The number of layers on devices: None for as many as fit, -1 for all."""
    return None if text == "auto" else -1 if text == "all" else int(text)


def _parts(text: str) -> list[str]:
    """The parts of a comma-separated text."""
    return [part.strip() for part in text.split(",") if part.strip()]


@contextmanager
def open_session(
    options: Options,
    profile: Profile | None,
    source: str,
    reward: str | None = default("reward"),
    rebuild: bool = False,
    hidden_states: bool = False,
    history: bool | None = None,
) -> Iterator[Session]:
    """Load the model and open a session. A status on stderr is shown meanwhile on a terminal.

    Args:
        options: of the command.
        profile: what steers and learns; None: answers are plain and nothing is learned.
        source: name of the command, for the log of picks.
        reward: the flag --reward; None: the setting applies.
        rebuild: for the neural reward: embed all picks again with this model.
        hidden_states: load the model so that the neural reward can use it, whatever `reward` is.
        history: the flag --history; None: the setting applies.
    """
    from ..store.config import resolve

    path, reward = model_file(options.flags.get("model")), resolve("reward", reward)
    neural = profile is not None and reward == "neural"
    with stderr_console().status(f"loading {path.stem}", spinner="dots"):
        from ..engine.openmp import allow_spinning

        loading = load_options(options)
        if loading.adapts:
            allow_spinning()
        from ..engine.llama_engine import LlamaEngine

        session_options = _session_options(options, source, history)
        if neural:  # it reads one prompt, in which what the user says is an instruction
            session_options = replace(session_options, steer="prompt")
        more: dict[str, Any] = {}
        if neural or hidden_states:
            from ..core.neural import NeuralRules
            from ..decoding.lookahead import sequences_needed

            more = {"hidden_states": True, "n_seq_max": sequences_needed(NeuralRules())}
        engine = LlamaEngine(path, replace(loading, **more))
    if engine.ignored:
        note(engine.ignored)
    with engine:
        from ..session.session import Session

        steer = session_options.steer
        learner = (
            None if profile is None else _open_learner(engine, profile, reward, steer, rebuild)
        )
        with Session(engine, learner, session_options) as session:
            yield session


def _open_learner(
    engine: Engine, profile: Profile, reward: str, steer: Steer, rebuild: bool
) -> Learner:
    """The learner of a reward. The neural one first embeds new picks, with a status on stderr."""
    from ..session.make_learner import make_learner

    if reward != "neural":
        return make_learner(reward, engine, profile, steer=steer)
    with stderr_console().status("embedding the picks", spinner="dots") as status:

        def on_embed(n: int, total: int) -> None:
            status.update(f"embedding the picks: {n} of {total}")

        return make_learner(reward, engine, profile, rebuild=rebuild, on_embed=on_embed)


def _session_options(options: Options, source: str, history: bool | None) -> SessionOptions:
    """The options of a session, from the options of a command and the settings."""
    from ..engine.protocol import Sampling
    from ..session.options import SessionOptions
    from ..store.config import resolve

    seed = options.value("seed")
    return SessionOptions(
        sampling=Sampling(
            **{
                one.name: options.value(one.name)
                for one in fields(Sampling)
                if one.name in SETTINGS
            }
        ),
        max_tokens=options.value("max_tokens"),
        stops=tuple(stop for stop in options.stop if stop),
        system=options.value("system"),
        think_tokens=options.value("think_tokens"),
        show_thinking=options.value("think") != "hide",
        keep_texts=resolve("history", history),
        steer=options.value("steer"),
        seed=secrets.randbits(31) if seed is None else seed,
        source=source,
    )
