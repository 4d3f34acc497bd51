"""Whole profiles are listed, created, copied, renamed, backed up and deleted."""

from __future__ import annotations

import shutil

import pytest

from tpop_cli.errors import NoInputError, StorageError, UsageError
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import (
    back_up,
    copy_profile,
    create_profile,
    delete_profile,
    list_profiles,
    rename_profile,
)

from .example_picks import make_pick, same, taught


def test_profiles_are_created_copied_renamed_and_deleted() -> None:
    create_profile("empty")
    assert list_profiles() == ["empty"]
    with pytest.raises(UsageError, match="already"):
        create_profile("empty")
    work = taught("work", 6)
    copied = copy_profile("work", "play")
    assert same(copied, work)
    copied.record(make_pick(9, "explore"))
    assert (Profile("work").n_picks, Profile("play").n_picks) == (6, 7)  # a copy is independent
    assert same(rename_profile("play", "fun"), Profile("fun"))
    assert list_profiles() == ["empty", "fun", "work"]
    for new in ("work", "fun"):
        with pytest.raises(UsageError):
            copy_profile("empty", new)
    backup = delete_profile("fun")
    assert backup is not None
    assert (backup / "picks.jsonl").read_text().count("\n") == 7
    assert list_profiles() == ["empty", "work"]
    for use_missing in (
        lambda: delete_profile("fun"),
        lambda: copy_profile("fun", "x"),
        lambda: rename_profile("fun", "x"),
    ):
        with pytest.raises(NoInputError, match="no profile fun"):
            use_missing()
    for name in ("work", "empty"):
        assert (Profile(name).folder.stat().st_mode & 0o777) == 0o700


def test_a_backup_holds_the_log_and_the_profile_starts_empty() -> None:
    profile = taught("work", 1)
    log = profile.log.path.read_bytes()
    backup = back_up(profile)
    assert backup is not None
    assert (backup / "picks.jsonl").read_bytes() == log
    assert profile.n_picks == Profile("work").n_picks == 0
    assert same(profile, Profile("never"))
    assert profile.record(make_pick(2)).id == 1


def test_a_profile_without_files_has_no_backup() -> None:
    assert back_up(Profile("work")) is None


def test_a_profile_that_cannot_be_moved_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    taught("work", 1)
    monkeypatch.setattr(shutil, "move", refuse)
    with pytest.raises(StorageError, match=r"cannot move or copy .*No space left"):
        delete_profile("work")
    assert Profile("work").n_picks == 1
