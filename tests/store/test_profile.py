"""Profiles on disk: the log is the truth, the state its fold, and nothing is lost."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.errors import BusyError, CannotCreateError, NoInputError, StorageError, TpopError, UsageError
from tpop_cli.store import paths
from tpop_cli.store.files import seal, unseal
from tpop_cli.store.picks import Undo, decode_event, encode
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import list_profiles, set_aside

VERDICTS: list[Verdict] = ["exploit", "explore", "tie", "both-bad", "skip"]


def make_pick(n: int = 0, verdict: Verdict = "exploit") -> Pick:
    rng = np.random.default_rng(n)
    texts = [
        " ".join(["word", "another!", "you"][k] for k in rng.integers(0, 3, 1 + int(rng.integers(40)))) for _ in "ab"
    ]
    return Pick(
        id=0,
        time="2026-01-01T10:00:00+00:00",
        prompt=f"question {n} ☃",
        exploit=Candidate(texts[0], {"length": 1.0}, n, "stop"),
        explore=Candidate(texts[1], {"tone": -1.0}, n + 1, "length"),
        verdict=verdict,
        left="explore",
        predicted=0.5,
        seconds=1.5,
        source="ask",
        model="m",
        fingerprint="f",
    )


def same(a: Profile, b: Profile) -> bool:
    return (
        np.array_equal(a.posterior.mean, b.posterior.mean)
        and np.array_equal(a.posterior.precision, b.posterior.precision)
        and a.n_picks == b.n_picks
        and a.taste.n == b.taste.n
        and a.taste.evidence == b.taste.evidence
        and [s.log_p for s in a.taste.seen] == [s.log_p for s in b.taste.seen]
    )


def test_nothing_is_written_before_the_first_pick(home: Path) -> None:
    assert Profile("work").n_picks == 0
    assert not home.exists()
    assert list_profiles() == []


def test_what_was_saved_is_loaded_bit_by_bit() -> None:
    profile = Profile("work")
    for n in range(8):
        assert profile.record(make_pick(n, VERDICTS[n % 5])).id == n + 1
    again = Profile("work")
    assert same(profile, again)
    assert [p.id for p in again.picks()] == list(range(1, 9))
    assert again.picks()[0].prompt == "question 0 ☃"
    assert list_profiles() == ["work"]


def test_an_undone_pick_leaves_the_state_that_never_saw_it() -> None:
    profile, never = Profile("a"), Profile("b")
    for n in range(5):
        profile.record(make_pick(n))
        if n != 2:
            never.record(make_pick(n))
    assert profile.undo(3).id == 3
    assert same(profile, never)
    assert same(Profile("a"), never)
    assert profile.undo().id == 5  # the last by default
    assert profile.record(make_pick(9)).id == 6  # numbers are never used again
    with pytest.raises(NoInputError, match="no pick 3"):
        profile.undo(3)


def test_undo_of_nothing_is_said() -> None:
    with pytest.raises(NoInputError, match="no picks"):
        Profile("empty").undo()


@pytest.mark.parametrize("name", ["state.json", "state.json.bak", "both"])
def test_a_broken_state_is_kept_aside_and_made_anew(name: str) -> None:
    profile = Profile("work")
    for n in range(4):
        profile.record(make_pick(n))
    for file in ["state.json", "state.json.bak"] if name == "both" else [name]:
        (profile.folder / file).write_bytes(b'{"schema": 1, "mean": [NaN')
    again = Profile("work")
    assert same(again, profile)
    if name != "state.json.bak":  # the backup is only read when it is needed
        assert "unreadable" in again.notices[0]
        assert (profile.folder / "state.json.corrupt-1").exists()


@given(st.integers(0, 10**9), st.integers(0, 7))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_flipped_bit_is_detected(home: Path, where: int, bit: int) -> None:
    profile = Profile("flip")
    if not profile.n_picks:
        profile.record(make_pick(1))
        profile.record(make_pick(2))
    path = profile.folder / "state.json"
    data = bytearray(path.read_bytes())
    kept = bytes(data)
    data[where % len(data)] ^= 1 << bit
    path.write_bytes(data)
    assert same(Profile("flip"), profile)
    path.write_bytes(kept)


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "1e999", "true", '"1"', "null"])
def test_numbers_that_are_none_are_refused(bad: str) -> None:
    profile = Profile("work")
    profile.record(make_pick(1))
    path = profile.folder / "state.json"
    state = json.loads(path.read_text())
    text = path.read_text().replace(json.dumps(state["mean"][3]), bad, 1)
    path.write_text(text)
    assert same(Profile("work"), profile)


def test_a_torn_last_line_never_happened() -> None:
    profile = Profile("work")
    profile.record(make_pick(1))
    with profile.log.path.open("ab") as file:
        file.write(b'{"event":"pick","id":2,"tim')
    assert Profile("work").n_picks == 1
    profile.record(make_pick(2))
    assert [p.id for p in Profile("work").picks()] == [1, 2]


def test_a_damaged_line_is_passed_over_and_told() -> None:
    profile = Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    lines = profile.log.path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"question", b"quastion")
    profile.log.path.write_bytes(b"".join(lines))
    (profile.folder / "state.json").unlink()
    (profile.folder / "state.json.bak").unlink()
    assert [p.id for p in Profile("work").picks()] == [1, 3]


def test_a_state_behind_its_log_catches_up() -> None:
    profile = Profile("work")
    profile.record(make_pick(1))
    old = (profile.folder / "state.json").read_bytes()
    profile.record(make_pick(2))
    (profile.folder / "state.json").write_bytes(old)  # a crash between the log and the state
    assert same(Profile("work"), profile)


def test_an_older_schema_is_folded_anew() -> None:
    profile = Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    path = profile.folder / "state.json"
    old = unseal(path.read_bytes()) | {"schema": 1}
    for key in ("seen", "since", "evidence", "singles"):
        del old[key]
    path.write_bytes(seal(old))
    again = Profile(profile.name)
    assert not again.notices
    np.testing.assert_array_equal(again.posterior.mean, profile.posterior.mean)
    assert again.taste.n == 3


def test_a_newer_schema_is_refused_and_untouched() -> None:
    profile = Profile("work")
    profile.record(make_pick(1))
    path = profile.folder / "state.json"
    path.write_bytes(seal({"schema": 99, "surprise": True}))
    before = path.read_bytes()
    with pytest.raises(TpopError, match="newer tpop"):
        Profile("work")
    assert path.read_bytes() == before


def test_a_state_of_other_axes_is_folded_anew() -> None:
    from tpop_cli.core.axes import AXES

    profile = Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    fewer = Profile("work", AXES[:5])
    assert fewer.n_picks == 3
    assert len(fewer.posterior.mean) == len(profile.posterior.mean) - 2 * (len(AXES) - 5)
    assert same(Profile("work"), profile)


def test_only_the_owner_can_read(home: Path) -> None:
    old = os.umask(0)
    try:
        Profile("work").record(make_pick(1))
        Profile("work").record(make_pick(2))
    finally:
        os.umask(old)
    for path in home.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_a_held_lock_is_waited_for_and_then_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from filelock import FileLock

    monkeypatch.setattr("tpop_cli.store.profile.LOCK_SECONDS", 0.2)
    profile = Profile("work")
    profile.record(make_pick(1))
    with FileLock(profile.folder / ".lock"), pytest.raises(BusyError, match="in use"):
        Profile("work").record(make_pick(2))
    assert Profile("work").n_picks == 1


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_state(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource
    import signal

    profile = Profile("work")
    profile.record(make_pick(1))
    before = {p.name: p.read_bytes() for p in profile.folder.iterdir() if p.name != ".lock"}
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, hard))
    try:
        with pytest.raises(StorageError):
            profile.record(make_pick(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    assert {p.name: p.read_bytes() for p in profile.folder.iterdir() if p.name != ".lock"} == before


def test_a_home_that_cannot_be_made(home: Path) -> None:
    home.write_text("a file stands here")
    with pytest.raises(CannotCreateError, match="cannot create"):
        Profile("work").record(make_pick(1))


def test_reset_keeps_a_backup() -> None:
    profile = Profile("work")
    profile.record(make_pick(1))
    log = profile.log.path.read_bytes()
    backup = set_aside(profile)
    assert backup is not None
    assert (backup / "picks.jsonl").read_bytes() == log
    assert profile.n_picks == Profile("work").n_picks == 0
    assert same(profile, Profile("never"))
    assert profile.record(make_pick(2)).id == 1


def test_profiles_never_touch() -> None:
    a, b = Profile("a"), Profile("b")
    a.record(make_pick(1))
    b.record(make_pick(2, "explore"))
    before = (a.folder / "state.json").read_bytes()
    b.record(make_pick(3))
    assert (a.folder / "state.json").read_bytes() == before
    assert not same(Profile("a"), Profile("b"))


@pytest.mark.parametrize(
    "name",
    ["", "../x", "a/b", "a\0b", "x" * 81, "CON", "com1.txt", "a.", ".hidden", "-x", "\u202eevil", "\x1b[31m", "é"],
)
def test_names_that_no_file_system_should_see(name: str, home: Path) -> None:
    with pytest.raises(UsageError):
        Profile(name)
    assert not home.exists()


def test_names_that_differ_in_case_only() -> None:
    Profile("Work").record(make_pick(1))
    with pytest.raises(UsageError, match="Work"):
        Profile("work")


def test_events_survive_the_log() -> None:
    for event in (make_pick(3, "tie"), Undo(7)):
        assert decode_event(encode(event)) == event
    odd = make_pick(1)
    odd = Pick(**{**odd.__dict__, "prompt": "half a pair \ud800 and \u2028 a line"})
    assert decode_event(encode(odd)) == odd
    assert b"\n" not in encode(odd)


def test_the_home_follows_the_variable(home: Path) -> None:
    assert paths.profiles_dir() == home / "profiles"
    assert paths.models_dir() == home / "data" / "models"
