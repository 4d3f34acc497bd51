"""tpop reset: forget a profile's taste."""

from __future__ import annotations

import sys

from ..errors import UsageError
from . import options as opt
from .runtime import command, note, open_profile


@command
def reset(profile: opt.ProfileOption = None, yes: opt.YesOption = False) -> None:
    """Forget what a profile has learned. Its files are moved to a backup, and you are told where."""
    import typer

    chosen = open_profile(profile)
    if not chosen.folder.exists():
        note(f"profile {chosen.name} holds nothing: there is nothing to reset")
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("reset asks before it forgets, and there is no terminal", "add --yes")
        question = f"Forget the {chosen.n_picks} picks of profile {chosen.name}? A backup is kept."
        if not typer.confirm(question, err=True):
            note("nothing was changed")
            return
    backup = chosen.reset()
    note(f"profile {chosen.name} starts afresh; its files are kept in {backup}")
