"""tpop: a terminal chat for local GGUF models that learns your taste while you use it.

This module is the Python API; docs/python.md shows how to use it. What is named here is imported
when it is first used, so that `import tpop_cli` costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as typing's, which takes 4 ms to import

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import load_model, open_profile, open_session
    from .core.axes import AXES, Axis, Pole
    from .core.describe import AxisTaste, axis_tastes, taste_line, taste_prompt
    from .core.picks import Pick
    from .core.taste import Taste
    from .decoding.arm import Arm
    from .engine.protocol import Engine, Sampling
    from .errors import TpopError
    from .session.duel import Duel
    from .session.judge import Judge
    from .session.learner import Learner
    from .session.options import SessionOptions
    from .session.session import Session
    from .session.teach import teach
    from .store.exports import preference_pairs, profile_json
    from .store.profile import Profile

_MODULES = {
    ".api": ("load_model", "open_profile", "open_session"),
    ".core.axes": ("AXES", "Axis", "Pole"),
    ".core.describe": ("AxisTaste", "axis_tastes", "taste_line", "taste_prompt"),
    ".core.picks": ("Pick",),
    ".core.taste": ("Taste",),
    ".decoding.arm": ("Arm",),
    ".engine.protocol": ("Engine", "Sampling"),
    ".errors": ("TpopError",),
    ".session.duel": ("Duel",),
    ".session.judge": ("Judge",),
    ".session.learner": ("Learner",),
    ".session.options": ("SessionOptions",),
    ".session.session": ("Session",),
    ".session.teach": ("teach",),
    ".store.exports": ("preference_pairs", "profile_json"),
    ".store.profile": ("Profile",),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "AXES",
    "Arm",
    "Axis",
    "AxisTaste",
    "Duel",
    "Engine",
    "Judge",
    "Learner",
    "Pick",
    "Pole",
    "Profile",
    "Sampling",
    "Session",
    "SessionOptions",
    "Taste",
    "TpopError",
    "__version__",
    "axis_tastes",
    "load_model",
    "open_profile",
    "open_session",
    "preference_pairs",
    "profile_json",
    "taste_line",
    "taste_prompt",
    "teach",
]


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(module, __name__), name)
    globals()[name] = value  # the next access finds it here
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
