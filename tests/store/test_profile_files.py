"""A profile is opened without changing a file, and survives whatever others wrote meanwhile."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tpop_cli.errors import BadDataError, TpopError
from tpop_cli.store.events import _crc, _dump, encode_event
from tpop_cli.store.files import encode_checksummed
from tpop_cli.store.locks import profile_lock
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import list_profiles

from ..faults.table import BAD_EVENTS, BOTH_BROKEN, SCHEMAS
from .example_picks import make_pick, same, taught


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@BOTH_BROKEN.shown
@pytest.mark.parametrize("damage", ["state", "both", "log", "line"])
def test_opening_a_damaged_profile_changes_no_file(damage: str) -> None:
    profile = taught("work", 3)
    if damage in ("state", "both"):
        (profile.folder / "state.json").write_bytes(b"{")
    if damage == "both":
        (profile.folder / "state.json.bak").write_bytes(b"[")
    if damage == "log":
        profile.log.path.unlink()
    if damage == "line":
        with profile.log.path.open("ab") as file:
            file.write(b'{"event":"pick"}\n{"event":"pi')
    before, names = contents(profile.folder), sorted(profile.folder.parent.rglob("*"))
    with profile_lock(profile.folder):  # as while another process changes the profile
        again = Profile("work")
    assert again.notices
    assert contents(profile.folder) == before
    assert sorted(profile.folder.parent.rglob("*")) == names
    again.record(make_pick(8))
    assert same(Profile("work"), again)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_profile_in_a_folder_that_nobody_may_write_is_opened(home: Path) -> None:
    profile = taught("work", 3)
    (profile.folder / "state.json").write_bytes(b"{")
    folders = [profile.folder, profile.folder.parent, home]
    for folder in folders:
        folder.chmod(0o500)
    try:
        again = Profile("work")
        assert (again.n_picks, len(again.picks()), list_profiles()) == (3, 3, ["work"])
    finally:
        for folder in reversed(folders):
            folder.chmod(0o700)


# -- a newer tpop ----------------------------------------------------------------------------------


@SCHEMAS.shown
def test_a_newer_state_that_is_written_meanwhile_is_not_replaced() -> None:
    profile = taught("work", 2)
    (profile.folder / "state.json").write_bytes(encode_checksummed({"schema": 99}))
    before = contents(profile.folder)
    for change in (profile.undo, profile.count_single, lambda: profile.record(make_pick(3))):
        with pytest.raises(TpopError, match="a newer tpop wrote profile work"):
            change()
    assert contents(profile.folder) == before
    assert profile.n_picks == 2


# -- events ----------------------------------------------------------------------------------------


def line(**changes: Any) -> bytes:
    """A line with a right checksum and wrong values, as an older tpop may have logged it."""
    body = json.loads(encode_event(make_pick(9)))
    del body["crc"]
    for name, value in changes.items():
        arm, _, key = name.rpartition("__")
        (body[arm] if arm else body)[key] = value
    return _dump({**body, "crc": _crc(body)}) + b"\n"


ODD = [
    line(id=4, exploit__strengths=None),
    line(id=4, explore__strengths={"length": "1.0"}),
    line(id=4, time=1764000000000),
    line(id=4, predicted="NaN"),
    line(id=4, exploit__text=None),
    line(id=[4]),
    line(event="undo", id=None),
]


@BAD_EVENTS.shown
@pytest.mark.parametrize("state", ["kept", "lost"])
@pytest.mark.parametrize("odd", ODD)
def test_a_log_that_holds_an_odd_line_is_read_without_it(odd: bytes, state: str) -> None:
    profile = taught("work", 3)
    with profile.log.path.open("ab") as file:
        file.write(odd)
    if state == "lost":
        for path in profile.folder.glob("state*"):
            path.unlink()
    again = Profile("work")
    assert len(again.notices) == 1
    assert again.notices[0].startswith(f"line 4 of {again.log.path} was skipped: ")
    assert (again.n_picks, len(again.picks())) == (3, 3)
    assert again.record(make_pick(4)).id == 4
    again.undo(2)
    assert len(again.notices) == 1
    assert [pick.id for pick in Profile("work").picks()] == [1, 3, 4]


@BAD_EVENTS.shown
def test_a_log_with_the_same_number_twice_is_folded_alike_from_any_state() -> None:
    profile = taught("work", 2)
    old = (profile.folder / "state.json").read_bytes()
    profile.record(make_pick(2))
    with profile.log.path.open("ab") as file:
        file.write(line(id=2))
    (profile.folder / "state.json").write_bytes(old)
    caught_up = Profile("work")
    for path in profile.folder.glob("state*"):
        path.unlink()
    assert same(caught_up, Profile("work"))
    assert caught_up.n_picks == len(caught_up.picks()) == 3


@BAD_EVENTS.shown
def test_picks_with_a_wrong_value_are_imported_not_at_all() -> None:
    odd = make_pick(1)
    object.__setattr__(odd.exploit, "strengths", None)
    profile = taught("work", 1)
    before = contents(profile.folder)
    with pytest.raises(BadDataError, match="pick 2: strengths of exploit are not names"):
        profile.extend([make_pick(0), odd])
    with pytest.raises(BadDataError, match="strengths of exploit"):
        profile.record(odd)
    assert contents(profile.folder) == before
    assert profile.n_picks == 1
