"""Opening what commands work on: a profile, and a model that answers for it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .runtime import note, stderr_console

if TYPE_CHECKING:
    from ..session.session import Session
    from ..store.profile import Profile
    from .options import DecodingOptions

DEFAULT_PROFILE = "default"

_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repeat_penalty")


def open_profile(name: str | None) -> Profile:
    """The profile that the flag, $TPOP_PROFILE or the configuration names, with its notices told.

    From then on its own settings hold, too.
    """
    from ..store.config import setting, use_profile_settings
    from ..store.profile import Profile

    profile = Profile(setting("profile", name) or DEFAULT_PROFILE)
    use_profile_settings(profile.name)
    for notice in profile.notices:
        note(notice)
    return profile


@contextmanager
def open_session(
    decoding: DecodingOptions,
    profile: Profile | None,
    source: str,
    reward: str | None = "axes",
    rebuild: bool = False,
    hidden_states: bool = False,
    history: bool | None = None,
) -> Iterator[Session]:
    """Find and load the model, with a word on a terminal's stderr while it takes time.

    Args:
        decoding: the command's options; what they leave open, $TPOP_* or config.toml may say.
        profile: whose taste; None steers nothing.
        source: the command's name, for the log.
        reward: "axes", or "neural" for the paper's network; None: as it is set.
        rebuild: make the network's state anew.
        hidden_states: load the model so that a network could look ahead.
        history: whether texts are kept, if the command line says so.
    """
    from ..store.config import setting
    from ..store.models import find_model

    path, neural = (
        find_model(decoding.model),
        setting("reward", reward) == "neural" and profile is not None,
    )
    max_tokens = setting("max_tokens", decoding.max_tokens)
    with stderr_console().status(f"loading {path.stem}", spinner="dots"):
        from ..engine.llama import LlamaEngine
        from ..engine.protocol import Sampling
        from ..session.session import Session, SessionOptions
        from .loading import load_options

        more: dict[str, Any] = {}
        if neural or hidden_states:
            from ..core.neural import NeuralRules
            from ..session.neural_learner import sequences_needed

            more = {"hidden_states": True, "n_seq_max": sequences_needed(NeuralRules())}
        engine = LlamaEngine(path, load_options(decoding, **more))
    seed = setting("seed", decoding.seed)
    chosen = {key: setting(key, getattr(decoding, key)) for key in _SAMPLING}
    sampling = Sampling(**{key: value for key, value in chosen.items() if value is not None})
    options = SessionOptions(
        sampling=sampling,
        max_tokens=max_tokens or SessionOptions.max_tokens,
        stops=tuple(stop for stop in decoding.stop or () if stop),
        system=setting("system", decoding.system) or "",
        show_thinking=setting("think", decoding.think and decoding.think.value) != "hide",
        seed=secrets.randbits(31) if seed is None else seed,
        source=source,
        keep_texts=setting("history", history) is not False,
    )
    with engine:
        if neural:
            from ..session.neural_learner import NeuralTurns

            with stderr_console().status(
                "reading the picks of the profile", spinner="dots"
            ) as status:

                def on_embed(n: int, total: int) -> None:
                    status.update(f"reading the picks of the profile: {n} of {total}")

                session: Session = NeuralTurns(
                    engine, profile, options, rebuild=rebuild, on_embed=on_embed
                )
        else:
            session = Session(engine, profile, options)
        try:
            yield session
        finally:
            session.close()
