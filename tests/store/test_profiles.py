"""Whole profiles are listed, created, copied, renamed, backed up and deleted."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tpop_cli.errors import NoInputError, StorageError, UsageError
from tpop_cli.store import chats, paths, profiles
from tpop_cli.store.chats import SavedChat, Turn, list_chats, save_chat
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import (
    back_up,
    copy_profile,
    create_profile,
    delete_profile,
    list_profiles,
    open_existing,
    rename_profile,
)

from ..faults.report import Figures
from ..faults.table import NUMBERS, RENAMED
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
    profile = taught("work", 2)
    (profile.folder / "config.toml").write_text('ask = "always"')
    (profile.folder / "state.json.corrupt-1").write_text("an older one")
    log = profile.log.path.read_bytes()
    backup = back_up(profile)
    assert backup is not None
    assert (backup / "picks.jsonl").read_bytes() == log
    assert sorted(path.name for path in backup.iterdir()) == [
        "picks.jsonl",
        "state.json",
        "state.json.bak",
        "state.json.corrupt-1",
    ]
    assert profile.n_picks == Profile("work").n_picks == 0
    assert same(profile, Profile("never"))
    assert not [p for p in profile.folder.iterdir() if b"question 0" in p.read_bytes()]
    assert (profile.folder / "config.toml").exists()
    assert back_up(profile) is None  # nothing is left to forget
    assert list_profiles() == ["work"]  # it has settings
    assert profile.record(make_pick(2)).id == 3


def test_a_profile_that_was_reset_is_none_until_it_has_a_pick_or_is_created() -> None:
    names = ["created", "picked", "renamed"]
    for name in names:
        back_up(taught(name, 2))
    assert list_profiles() == []
    with pytest.raises(NoInputError):
        open_existing("created")
    create_profile("created")
    assert list_profiles() == ["created"]
    Profile("picked").record(make_pick(1))
    rename_profile("picked", "renamed")
    assert list_profiles() == ["created", "renamed"]
    assert [pick.id for pick in Profile("renamed").picks()] == [3]
    Profile("created").record(make_pick(1))
    Profile("created").forget(lambda _: True)
    assert "created" in list_profiles()  # all picks are forgotten, but it was not reset


def test_a_profile_without_files_has_no_backup() -> None:
    assert back_up(Profile("work")) is None


@pytest.mark.parametrize("name", ["copy2", "copytree"])
def test_a_profile_that_cannot_be_moved_stays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def other_disk(self: Path, target: Path) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    profile = taught("work", 1)
    monkeypatch.setattr(shutil, name, full)
    monkeypatch.setattr(Path, "replace", other_disk)
    with pytest.raises(StorageError, match=r"cannot move or copy .*No space left") as caught:
        if name == "copy2":
            back_up(profile)
        else:
            delete_profile("work")
    assert caught.value.hint == "free some space"
    assert same(Profile("work"), profile)
    assert not [path for path in (paths.home() / "backups").glob("*/*") if path.is_file()]


def test_a_profile_is_deleted_although_backups_are_on_another_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, replace = taught("work", 1).folder, Path.replace

    def replace_on_one_disk(self: Path, target: Path) -> Path:
        if self.parent != target.parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_on_one_disk)
    backup = delete_profile("work")
    assert (backup / "picks.jsonl").exists()
    assert [path.name for path in folder.parent.iterdir()] == [".locks"]


# -- numbers ---------------------------------------------------------------------------------------


@NUMBERS.shown
@pytest.mark.parametrize("state", ["kept", "lost"])
@pytest.mark.parametrize(
    "change",
    [
        lambda profile: profile.undo(),
        lambda profile: [profile.undo(), profile.undo()],
        lambda profile: profile.forget(lambda pick: pick.id >= 2),
        lambda profile: [profile.undo(), profile.forget(lambda pick: pick.id == 1)],
        lambda profile: profile.forget(lambda _: True),
        back_up,
        lambda profile: [profile.undo(), back_up(profile), back_up(profile)],
        lambda profile: rename_profile("work", "other"),
    ],
)
def test_a_number_is_never_given_again(change: Callable[[Profile], object], state: str) -> None:
    profile = taught("work", 3)
    change(profile)
    name = "work" if profile.folder.exists() else "other"
    if state == "lost":
        for path in (paths.profiles_dir() / name).glob("state*"):
            path.unlink()
    assert Profile(name).record(make_pick(5)).id == 4
    Profile(name).extend([make_pick(6)])
    assert Profile(name).picks()[-1].id == 5


@NUMBERS.shown
def test_a_number_is_not_given_again_although_the_log_is_lost_or_older() -> None:
    profile = taught("work", 2)
    old = profile.log.path.read_bytes()
    profile.record(make_pick(2))
    profile.log.path.write_bytes(old)
    assert Profile("work").record(make_pick(3)).id == 4
    profile.log.path.unlink()
    again = Profile("work")
    assert again.n_picks == 0 and "is gone" in again.notices[0]
    assert again.record(make_pick(4)).id == 5
    assert len(list(again.folder.glob("*.corrupt-1"))) == 2


# -- renaming and deleting while the profile is open -----------------------------------------------


@RENAMED.shown
@pytest.mark.parametrize(
    "go", [lambda: rename_profile("work", "job"), lambda: delete_profile("work")]
)
def test_a_profile_that_is_renamed_or_deleted_is_not_written_by_those_who_have_it_open(
    go: Callable[[], object],
) -> None:
    open_chat = taught("work", 2)
    go()
    changes: list[Callable[[], object]] = [
        lambda: open_chat.record(make_pick(3)),
        open_chat.undo,
        open_chat.count_single,
        lambda: open_chat.amend(1, "tie"),
        lambda: open_chat.extend([make_pick(3)]),
        lambda: open_chat.forget(lambda _: True),
    ]
    for change in changes:
        with pytest.raises(NoInputError, match="profile work was renamed or deleted meanwhile"):
            change()
    assert open_chat.n_picks == 2
    assert "work" not in list_profiles()
    assert not open_chat.folder.exists()
    if list_profiles():
        assert [pick.id for pick in Profile("job").picks()] == [1, 2]


@RENAMED.shown
def test_a_process_that_waits_for_a_profile_does_not_write_into_its_new_folder(
    tmp_path: Path, figures: Figures
) -> None:
    profile = taught("work", 2)
    code = (
        "import sys; from tests.store.example_picks import make_pick\n"
        "from tpop_cli.store.profile import Profile\n"
        "profile = Profile('work'); print('open', flush=True)\n"
        "try: profile.record(make_pick(7))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    with profile.locked():
        waiting = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "open\n"
        time.sleep(0.5)  # it waits for the lock
        profile.folder.replace(profile.folder.with_name("job"))  # as rename_profile does
    said, _ = waiting.communicate(timeout=30)
    assert said == "NoInputError profile work was renamed or deleted meanwhile\n"
    assert list_profiles() == ["job"]
    assert Profile("job").n_picks == 2
    figures.note(said.strip().partition(" ")[2])


@RENAMED.shown
@pytest.mark.parametrize("fails", ["folder", "chats"])
def test_a_rename_that_fails_changes_neither_the_profile_nor_its_chats(
    fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    profile, n_saved = taught("work", 1), 0

    def save_one(chat: SavedChat) -> None:
        nonlocal n_saved
        n_saved += 1
        if n_saved == 2:
            raise KeyboardInterrupt
        save_chat(chat)

    for n, owner in enumerate(("job", "work", "work")):  # one is left of a deleted profile
        turns = [Turn("Why?", "So.", n, owner)]
        save_chat(SavedChat(f"20261123-10300{n}", owner, "m", "", turns))
    before = list_chats()
    with monkeypatch.context() as patch:
        if fails == "folder":
            patch.setattr(profiles, "move_folder", interrupt)
        else:
            patch.setattr(chats, "save_chat", save_one)
        with pytest.raises(KeyboardInterrupt):
            rename_profile("work", "job")
    assert list_profiles() == ["work"]
    assert same(Profile("work"), profile)
    assert list_chats() == before
    rename_profile("work", "job")
    assert {chat.profile for chat in list_chats()} == {"job"}


def test_chats_go_with_a_renamed_profile_and_an_empty_folder_is_no_profile() -> None:
    taught("work", 1)
    (paths.profiles_dir() / "job").mkdir()
    save_chat(SavedChat("20261123-103000", "work", "m", "", [Turn("Why?", "So.", 1, "work")]))
    rename_profile("work", "job")
    (chat,) = list_chats("job")
    assert (chat.profile, chat.turns[0].profile) == ("job", "job")
