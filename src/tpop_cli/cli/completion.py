"""Shell completion of what settings allow, and of styles: choices, profiles, models, poles."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from ..errors import TpopError
from ..settings import SETTINGS, Setting


def completes(setting: Setting) -> bool:
    """Whether an option of this setting has values to complete: not a number, a flag or a text."""
    return bool(setting.choices) or setting.key in ("profile", "model")


def values_of(setting: Setting) -> list[str]:
    """The values of a setting that can be completed, also for `tpop config set`."""
    if setting.type is bool:
        return ["true", "false"]
    if setting.key == "profile":
        return _profiles()
    return _models() if setting.key == "model" else list(setting.choices)


def complete_profile(incomplete: str) -> list[str]:
    """Names of profiles."""
    return _starting(incomplete, _profiles())


def complete_model(incomplete: str) -> list[str]:
    """Names of models."""
    return _starting(incomplete, _models())


def complete_key(incomplete: str) -> list[str]:
    """Keys of settings."""
    return _starting(incomplete, SETTINGS)


def complete_value(ctx: typer.Context, incomplete: str) -> list[str]:
    """Values of the setting that the command line names before."""
    setting = SETTINGS.get(ctx.params.get("key") or "")
    return _starting(incomplete, values_of(setting)) if setting else []


def complete_style(incomplete: str) -> list[str]:
    """Names of poles, and axes with an equals sign."""
    from ..store.own_axes import load_axes

    try:
        axes = load_axes()
    except (OSError, TpopError):
        return []
    names = [pole.name for axis in axes for pole in axis.poles]
    return _starting(incomplete, [*names, *(f"{axis.name}=" for axis in axes)])


def complete_said(ctx: typer.Context, incomplete: str) -> list[str]:
    """What the profile's user has said: axes and wishes."""
    from ..store.config import resolve
    from ..store.profile import Profile

    try:
        profile = Profile(resolve("profile", ctx.params.get("profile")))
    except (OSError, TpopError):
        return []
    return _starting(incomplete, profile.said.on(profile.axes))


def _starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _profiles() -> list[str]:
    from ..store.profiles import list_profiles

    try:
        return list_profiles()
    except (OSError, TpopError):  # a completion cannot show an error
        return []


def _models() -> list[str]:
    from ..store.models import list_models

    try:
        return [model.name for model in list_models()]
    except (OSError, TpopError):
        return []
