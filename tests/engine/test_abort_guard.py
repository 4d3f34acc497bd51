"""Guarded calls behave like direct calls while llama.cpp does not abort.

tests/engine/test_rpc.py and tests/faults/test_models.py show what happens when it does.
"""

from __future__ import annotations

import pytest

from tpop_cli.engine.abort_guard import backend_aborted, guarded_call
from tpop_cli.errors import TpopError


def test_returns_the_result() -> None:
    assert guarded_call(divmod, 7, 2) == (3, 1)


def test_passes_on_exceptions_and_is_usable_afterwards() -> None:
    with pytest.raises(ZeroDivisionError):
        guarded_call(divmod, 7, 0)
    with pytest.raises(TpopError):
        guarded_call(_fail)
    assert not backend_aborted()
    assert guarded_call(divmod, 7, 2) == (3, 1)


def _fail() -> None:
    raise TpopError("it failed")
