"""How long OpenMP's threads wait actively for each other. llama.cpp computes with them."""

from __future__ import annotations

import os

SPIN_COUNT = 1000
"""How many times a thread of GNU's OpenMP looks for work before it sleeps; its own default is
300,000, about a millisecond. Beside other busy processes such threads wait for one that does not
run, and take the cores that it needs (docs/speed.md has the measurements)."""

_VARIABLES = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")


def limit_spinning() -> None:
    """Set `SPIN_COUNT` for this process, unless the user has decided how threads wait.

    It has an effect only before OpenMP is loaded, and only on GNU's OpenMP.
    """
    if not any(name in os.environ for name in _VARIABLES):
        os.environ["GOMP_SPINCOUNT"] = str(SPIN_COUNT)


def allow_spinning() -> None:
    """Take `limit_spinning` back: for a process whose threads make room for other work.

    It has an effect only before OpenMP is loaded.
    """
    if os.environ.get("GOMP_SPINCOUNT") == str(SPIN_COUNT):
        del os.environ["GOMP_SPINCOUNT"]
