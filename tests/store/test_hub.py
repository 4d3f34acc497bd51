"""Names of models on Hugging Face."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tpop_cli.errors import StorageError, TpopError, UnavailableError, UsageError
from tpop_cli.store import hub

from ..faults.table import HUB_ERRORS


def test_a_name_is_split_into_repository_and_file() -> None:
    assert hub.split_name("hf:org/repo/a/b.gguf") == ("org/repo", "a/b.gguf")


@HUB_ERRORS.shown
@pytest.mark.parametrize(
    "name",
    [
        "hf:",
        "hf:org",
        "hf:org/repo",
        "hf:org//x",
        "hf:/repo/x",
        "hf:org/repo/",
        "hf:org/repo:Q4_K_M/x.gguf",
        "hf:my org/repo/x.gguf",
        "hf:org/re--po/x.gguf",
        "hf:org/..repo/x.gguf",
        "hf:-org/repo./x.gguf",
        "hf:org/repo.git/x.gguf",
        "hf:org/repo//x.gguf",
        "hf:org/repo/../x.gguf",
        "hf:org/repo/a/./x.gguf",
        "hf:org/repo/a\\x.gguf",
        "hf:org/repo/a\0.gguf",
        "hf:org/repo/C:/x.gguf",
        f"hf:org/{'r' * 97}/x.gguf",
    ],
)
def test_what_does_not_name_a_file_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="does not name a file"):
        hub.split_name(name)


@pytest.mark.parametrize(
    ("name", "file"),
    [("hf:a_b/r.x-1/f..gguf", "f..gguf"), ("hf:o/r/a b/Q4 (1).gguf", "a b/Q4 (1).gguf")],
)
def test_other_names_are_accepted(name: str, file: str) -> None:
    assert hub.split_name(name)[1] == file
    pytest.importorskip("huggingface_hub")
    assert hub.cached_file(name) is None


@HUB_ERRORS.shown
@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (ValueError("Invalid filename"), UsageError),
        (OSError(errno.ENOSPC, "No space left on device"), StorageError),
        (ConnectionError("refused"), UnavailableError),
        (RuntimeError("two\nlines"), UnavailableError),
        (RuntimeError(), UnavailableError),
    ],
)
def test_every_error_of_a_download_is_one_line(
    raised: Exception, expected: type[TpopError], monkeypatch: pytest.MonkeyPatch
) -> None:
    huggingface_hub = pytest.importorskip("huggingface_hub")

    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(huggingface_hub, "get_hf_file_metadata", fail)
    with pytest.raises(expected) as caught:
        hub.pull("hf:org/repo/x.gguf")
    assert "\n" not in caught.value.message and caught.value.hint


def test_the_cache_is_where_its_variables_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("huggingface_hub")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert hub.cached_models() == {}
    for repo in ("models--org--repo", "models--single", "datasets--org--repo"):
        snapshot = tmp_path / repo / "snapshots" / "abc"
        snapshot.mkdir(parents=True)
        (snapshot / "x.gguf").write_bytes(b"x")
        (snapshot / "notes.txt").write_bytes(b"x")
        (tmp_path / repo / "refs").mkdir()
        (tmp_path / repo / "refs" / "main").write_text("abc\n")
    assert hub.cached_models() == {
        "hf:org/repo/x.gguf": tmp_path / "models--org--repo/snapshots/abc/x.gguf"
    }
