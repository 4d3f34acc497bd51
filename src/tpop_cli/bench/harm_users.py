"""Who judges the style of each pole in the harm bench, which pairs it has, and who teaches."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .users import TUNING, User, share, words

PAIRS: tuple[tuple[str, str], ...] = (
    ("brief", "simple words"),
    ("simple words", "lists"),
    ("academic", "lists"),
    ("warm", "personal"),
    ("brief", "warm"),
    ("sober", "impersonal"),
)
"""Pairs of poles that profiles often turn on together."""

TAUGHT: Mapping[str, tuple[str, ...]] = {
    "report": ("short", "academic", "lists", "upbeat"),
    "tune": ("terse", "learned", "items", "excited"),
}
"""Split -> the users who teach a profile. One axis serves each of them well."""

_TUNING = {user.name: user for user in TUNING}
_PAST = frozenset(
    "was were had did said went came took found saw knew felt thought told gave got made he she him"
    " her his they them their once day one".split()
)
_SPOKEN = frozenset(
    "i i'm i'd you're it's that's don't can't let's hey hi okay ok yeah well just really pretty so"
    " cool stuff kinda gonna got thing things lot guys buddy".split()
)
_SUMMARY = re.compile(
    r"\b(in (?:short|summary|conclusion|brief)|to sum|overall|all in all|in the end|summary)\b",
    re.I,
)
_STEP = re.compile(
    r"^\W*(?:\d+[.)]|step\b)|\b(?:first|second|third|next|then|finally)\b", re.I | re.M
)


def _less(user: User) -> User:
    """A user of the opposite taste."""
    return User(f"not {user.name}", lambda text: -user.measure(text))


def _in_the_end(text: str) -> float:
    """Whether the last third sums up."""
    return float(bool(_SUMMARY.search(text[-max(200, len(text) // 3) :])))


_MORE: Mapping[str, User] = {
    "story": User("narrative", lambda text: share(text, _PAST)),
    "step by step": User("steps", lambda t: len(_STEP.findall(t)) / max(1, len(words(t))) ** 0.5),
    "casual": User("colloquial", lambda text: share(text, _SPOKEN)),
    "formal": User("not colloquial", lambda text: -share(text, _SPOKEN)),
    "closing summary": User("sums up", _in_the_end),
    "literal": _less(_TUNING["colourful"]),
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
    "vivid": "colourful",
    "playful": "excited",
    "matter-of-fact": "calm",
    "concrete": "facts",
    "personal": "speaks to me",
    "impersonal": "third person",
    "closing question": "asks back",
}

STYLE_USERS: Mapping[str, tuple[User, ...]] = {
    **{pole: (_TUNING[name],) for pole, name in _LIKED.items()},
    **{pole: (user,) for pole, user in _MORE.items()},
}
"""Name of a pole -> the user who should like it best. They are users to tune on, or of the same
kind: nothing is reported of them elsewhere."""
