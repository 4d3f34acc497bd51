"""The Python API: load a model, open a profile, open a session. `import tpop_cli` offers all of it.

Nothing here reads the user's settings, profiles or measurements unless it is asked to: a profile
lives in the folder it is given, and every option is an argument.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .core.axes import AXES, Axis
from .core.neural import NeuralRules
from .core.steering import Steer
from .decoding.lookahead import sequences_needed
from .engine.llama_engine import LlamaEngine
from .engine.load_options import LoadOptions
from .engine.protocol import Engine, Sampling
from .errors import UsageError
from .session.make_learner import make_learner
from .session.options import SessionOptions
from .session.session import Session
from .settings import SETTINGS
from .store.models import STARTER, find_model
from .store.profile import Profile
from .store.response_matrices import load_response, shipped_response


def load_model(
    model: str | Path = STARTER,
    *,
    reward: str = "axes",
    n_ctx: int = 0,
    n_threads: int = 0,
    gpu_layers: int | None = None,
    chat_template: str | None = None,
    think: str = "show",
) -> LlamaEngine:
    """Load a GGUF model. Use it in a `with` statement, or call its `close`.

    Args:
        model: a path, a name that `tpop models list` shows, or hf:ORG/REPO/FILE, which is
            downloaded the first time. By default the starter model. A `Path` is never a name.
        reward: "axes", or "neural" for sessions with the paper's own reward, which needs the
            model's hidden states and more sequences. Such a model serves both.
        n_ctx: tokens of context; 0: the model's, at most 8192.
        n_threads: CPU threads; 0: the physical cores it may use.
        gpu_layers: layers on GPUs; None: as many as fit, -1: all.
        chat_template: the name of a built-in template, for models without one.
        think: "off" turns the thoughts of a reasoning model off, "low", "medium" and "high" are
            efforts; where its template cannot do that, `ignored` of the result says so.

    Raises:
        NoInputError, BadDataError: the model does not exist or cannot be loaded.
        UsageError: impossible options; the model has no chat template and none is named.
        UnavailableError: a model cannot be downloaded.
    """
    neural = _checked("reward", reward) == "neural"
    thinking = _checked("think", think)
    options = LoadOptions(
        n_ctx=n_ctx,
        n_threads=n_threads,
        gpu_layers=gpu_layers,
        chat_template=chat_template,
        thinking="" if thinking in ("show", "hide") else thinking,
        hidden_states=neural,
        n_seq_max=sequences_needed(NeuralRules()) if neural else LoadOptions.n_seq_max,
    )
    return LlamaEngine(model if isinstance(model, Path) else find_model(model), options)


def open_profile(
    name: str = "default",
    folder: str | Path | None = None,
    *,
    axes: Sequence[Axis] | None = None,
) -> Profile:
    """Open a profile. It is created on disk by its first pick.

    Args:
        name: 1 to 80 letters, digits and _ - . characters.
        folder: where profiles are kept, one folder each; None: with the profiles of `tpop chat`.
        axes: the taste axes; None: the built-in ones, and with `folder=None` the user's own, too.

    Raises:
        UsageError: the name cannot be used.
        BadDataError, StorageError: its files cannot be read.
    """
    if folder is None:
        return Profile(name, axes)
    return Profile(name, AXES if axes is None else axes, Path(folder))


def open_session(
    model: Engine,
    profile: Profile | None = None,
    *,
    reward: str = "axes",
    system: str = "",
    max_tokens: int = SessionOptions.max_tokens,
    think_tokens: int = SessionOptions.think_tokens,
    stops: Sequence[str] = (),
    sampling: Sampling = Sampling(),
    seed: int | None = None,
    keep_texts: bool = True,
    steer: Steer = "contrast",
    measured: str | Path | None = None,
) -> Session:
    """Open a session: answers that a profile steers, duels, and what is learned from picks.

    Args:
        model: as loaded. One session at a time may use it.
        profile: whose taste steers and learns; None: answers are plain.
        reward: "axes" or "neural": what learns from the picks. For "neural" the model must be
            loaded with `reward="neural"`.
        system: the system prompt; none if empty.
        max_tokens: maximum tokens of an answer.
        think_tokens: maximum tokens of a reasoning model's thoughts before it.
        stops: texts that end an answer.
        sampling: llama.cpp's sampling parameters.
        seed: same seed, same profile, same prompts: same answers. None: random.
        keep_texts: whether picks are logged with their texts, or with the texts' features alone.
        steer: "contrast" or "prompt": how the strengths of an arm steer it (`core.steering`).
        measured: folder of response matrices that `tpop axes measure` wrote; None: the shipped one.

    Raises:
        UsageError: an unknown reward, or way to steer; a model that was not loaded for the reward;
            a profile whose neural state was learned with another model.
        BadDataError, StorageError: the measured response matrix cannot be used.
    """
    neural = _checked("reward", reward) == "neural"
    if neural and model.n_seq_max < sequences_needed(NeuralRules()):
        raise UsageError(
            "the model was not loaded for the neural reward",
            'load it so: load_model(..., reward="neural")',
        )
    options = SessionOptions(
        sampling=sampling,
        max_tokens=max_tokens,
        think_tokens=think_tokens,
        stops=tuple(stops),
        system=system,
        keep_texts=keep_texts,
        # The paper's reward reads one prompt, in which what the user says is an instruction.
        steer="prompt" if neural else _checked("steer", steer),
        seed=secrets.randbits(31) if seed is None else seed,
        source="python",
    )
    if profile is None:
        return Session(model, None, options)
    fingerprint = model.info.fingerprint
    response = (
        shipped_response(fingerprint)
        if measured is None
        else load_response(fingerprint, Path(measured))
    )
    learner = make_learner(reward, model, profile, response=response, steer=steer)
    return Session(model, learner, options)


def _checked(key: str, value: str) -> Any:
    """The value, if the setting allows it. Raises UsageError."""
    return SETTINGS[key].check(value)
