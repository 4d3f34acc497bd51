"""tpop reset: forget a profile's taste."""

from __future__ import annotations

from .. import options as opt
from ..console import confirm, note
from ..open_session import open_profile
from ..process import command


@command
def reset(profile: opt.ProfileOption = None, yes: opt.YesOption = False) -> None:
    """Forget what a profile has learned, and what you said.

    Its files are moved to a backup, whose path is printed.
    """
    from ...store.profiles import back_up

    chosen = open_profile(profile)
    if not chosen.folder.exists():
        note(f"profile {chosen.name} is empty: there is nothing to reset")
        return
    said = " and what you said" if chosen.said else ""
    what = f"the {chosen.n_picks} picks of profile {chosen.name}{said}"
    confirm(f"Forget {what}? A backup is kept.", yes)
    backup = back_up(chosen)
    if backup is None:
        note(f"profile {chosen.name} is empty: there is nothing to reset")
    else:
        note(f"reset profile {chosen.name}; its files are kept in {backup}")
