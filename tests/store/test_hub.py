"""Names of models on Hugging Face."""

from __future__ import annotations

import pytest

from tpop_cli.errors import UsageError
from tpop_cli.store import hub


def test_a_name_is_split_into_repository_and_file() -> None:
    assert hub.split_name("hf:org/repo/a/b.gguf") == ("org/repo", "a/b.gguf")


@pytest.mark.parametrize("name", ["hf:", "hf:org", "hf:org/repo", "hf:org//x", "hf:/repo/x"])
def test_an_incomplete_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="does not name a file"):
        hub.split_name(name)
