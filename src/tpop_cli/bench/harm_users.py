"""Who judges the style of each pole in the harm bench, which pairs it has, and who teaches."""

from __future__ import annotations

from collections.abc import Mapping

from .formulas import share
from .users import TUNING, TUNING_MANNERS, User

PAIRS: tuple[tuple[str, str], ...] = (
    ("brief", "simple words"),
    ("simple words", "lists"),
    ("academic", "lists"),
    ("brief", "warm"),
    ("warm", "casual"),
    ("brief", "sober"),
)
"""Pairs of poles that profiles often turn on together."""

TAUGHT: Mapping[str, tuple[str, ...]] = {
    "report": ("short", "academic", "lists", "upbeat"),
    "tune": ("terse", "learned", "items", "excited"),
}
"""Split -> the users who teach a profile. One axis serves each of them well."""

ON_CODE = frozenset({"code only", "explained code"})
"""The poles whose style shows in answers that have code."""

_TUNING = {user.name: user for user in (*TUNING, *TUNING_MANNERS)}
_SPOKEN = frozenset(
    "i i'm i'd you're it's that's don't can't let's hey hi okay ok yeah well just really pretty so"
    " cool stuff kinda gonna got thing things lot guys buddy".split()
)


def _less(user: User) -> User:
    """A user of the opposite taste."""
    return User(f"not {user.name}", lambda text: -user.measure(text))


_MORE: Mapping[str, User] = {
    "casual": User("colloquial", lambda text: share(text, _SPOKEN)),
    "formal": User("not colloquial", lambda text: -share(text, _SPOKEN)),
    "abstract": _less(_TUNING["facts"]),
}
_LIKED = {
    "brief": "terse",
    "detailed": "expansive",
    "simple words": "short words",
    "academic": "learned",
    "lists": "items",
    "prose": "one paragraph",
    "warm": "excited",
    "sober": "third person",
    "concrete": "facts",
    "straight to the point": "at once",
    "friendly opening": "welcomed",
    "plain text": "unformatted",
    "headings and bold": "formatted",
    "no emojis": "no faces",
    "emojis": "faces",
    "plain statements": "sure",
    "caveats": "careful",
    "just stops": "stops",
    "closing offer": "sent off",
    "code only": "no talk",
    "explained code": "talk",
}

STYLE_USERS: Mapping[str, tuple[User, ...]] = {
    **{pole: (_TUNING[name],) for pole, name in _LIKED.items()},
    **{pole: (user,) for pole, user in _MORE.items()},
}
"""Name of a pole -> the user who should like it best. They are users to tune on, or of the same
kind: nothing is reported of them elsewhere."""
