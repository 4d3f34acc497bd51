"""The tree of errors."""

from __future__ import annotations

import re

from tpop_cli import errors
from tpop_cli.errors import TpopError


def test_the_docstring_lists_every_error_with_its_exit_code() -> None:
    drawn = re.findall(r"(\w+Error) +(\d+)", errors.__doc__ or "")
    defined = [
        (name, str(value.exit_code))
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, TpopError)
    ]
    assert drawn == defined


def test_an_error_has_a_message_and_may_have_a_hint() -> None:
    error = TpopError("the disk is full", hint="free some space")
    assert (str(error), error.message, error.hint) == (
        "the disk is full",
        "the disk is full",
        "free some space",
    )
    assert TpopError("the disk is full").hint == ""
