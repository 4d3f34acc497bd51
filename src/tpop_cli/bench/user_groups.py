"""All simulated users: those to tune on and those to report on, in groups."""

from __future__ import annotations

from collections.abc import Mapping

from .crowd_users import crowd_users
from .users import (
    CONSISTENT,
    DIFFICULT,
    MANNERS,
    MIDDLE,
    TUNING,
    TUNING_DIFFICULT,
    TUNING_MANNERS,
    TUNING_MIDDLE,
    User,
)

CROWD = crowd_users(1, 3)
"""Three users of each crowd, to report on."""

TUNING_CROWD = crowd_users(101, 3)
"""Others, to tune on."""

GROUPS: Mapping[str, frozenset[str]] = {
    "extremes": frozenset(user.name for user in (*CONSISTENT, *TUNING)),
    "middle": frozenset(user.name for user in (*MIDDLE, *TUNING_MIDDLE)),
    "manners": frozenset(user.name for user in (*MANNERS, *TUNING_MANNERS)),
    "crowd": frozenset(user.name for user in (*CROWD, *TUNING_CROWD)),
}
"""Name of a group -> the names of its users. Reported means are over a group."""

SPLIT_USERS: Mapping[str, tuple[User, ...]] = {
    "report": (*CONSISTENT, *MIDDLE, *MANNERS, *CROWD, *DIFFICULT),
    "tune": (*TUNING, *TUNING_MIDDLE, *TUNING_MANNERS, *TUNING_CROWD, *TUNING_DIFFICULT),
}
"""Name of a split -> its users."""

USERS: Mapping[str, User] = {user.name: user for users in SPLIT_USERS.values() for user in users}
"""Every user by name."""
