"""How OpenMP's threads wait: decided before llama.cpp loads it, unless the user has decided."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tpop_cli.engine.openmp import SPIN_COUNT

_NAMES = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
_PRINT = "import os, tpop_cli.engine.llama_engine; print(os.environ.get('GOMP_SPINCOUNT'))"
_ALLOW = "from tpop_cli.engine.openmp import allow_spinning; allow_spinning(); "


def spin_count(code: str = _PRINT, **given: str) -> str:
    """The variable of a process that has loaded llama.cpp."""
    environment = {name: value for name, value in os.environ.items() if name not in _NAMES}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**environment, **given},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_threads_spin_for_a_limited_time() -> None:
    assert spin_count() == str(SPIN_COUNT)


@pytest.mark.parametrize(
    ("given", "kept"), [({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "active"}, "None")]
)
def test_what_the_user_has_set_is_kept(given: dict[str, str], kept: str) -> None:
    assert spin_count(**given) == kept


def test_threads_that_make_room_may_spin() -> None:
    assert spin_count(_ALLOW + _PRINT) == "None"
    assert spin_count(_ALLOW + _PRINT, GOMP_SPINCOUNT="7") == "7"
