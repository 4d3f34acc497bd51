"""tpop profile list and picks list: what cannot be read is named, and hides nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tpop_cli.store.files import encode_checksummed
from tpop_cli.store.profile import Profile

from ...faults.table import BAD_EVENTS
from ...store.example_picks import make_pick, taught
from ...store.test_events import body_of, with_checksum
from ..running import count_picks, run


def add_odd_line(profile: Profile, **changes: object) -> None:
    with profile.log.path.open("ab") as file:
        file.write(with_checksum({**body_of(make_pick(5)), "id": 9, **changes}) + b"\n")


@BAD_EVENTS.shown
def test_a_profile_that_cannot_be_read_does_not_hide_the_others(home: Path) -> None:
    taught("good", 3)
    add_odd_line(taught("odd", 2), time=17)
    newer = taught("newer", 1).folder
    (newer / "state.json").write_bytes(encode_checksummed({"schema": 99}))
    shutil.copytree(taught("x", 1).folder, home / "profiles" / "not a name")
    done = run("profile", "list")
    assert done.stdout.splitlines() == [
        "good\t3 picks",
        "newer\tunreadable",
        "not a name\tunreadable",
        "odd\t2 picks",
        "x\t1 picks",
    ]
    assert "profile newer: a newer tpop wrote profile newer" in done.stderr
    assert "profile odd: line 3 of" in done.stderr
    assert count_picks()["newer"] is None


@BAD_EVENTS.shown
def test_picks_list_names_the_lines_that_it_skips() -> None:
    profile = taught("work", 2)
    add_odd_line(profile, predicted=None)
    profile.record(make_pick(3))  # so that the state covers the odd line
    add_odd_line(profile, verdict="left")
    done = run("picks", "list", "-p", "work", "--json")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2, 3]
    assert "line 3 of" in done.stderr and "predicted is not a number from 0 to 1" in done.stderr
    assert "line 5 of" in done.stderr and "verdict is unknown" in done.stderr
