"""Profiles on disk: the log is the truth, the state its fold, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.errors import NoInputError
from tpop_cli.store.pick_log import Undo, decode_event, encode_event
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import back_up, list_profiles

from ..faults.table import ISOLATED, MANY_PICKS

VERDICTS: list[Verdict] = ["exploit", "explore", "tie", "both-bad", "skip"]


def make_pick(n: int = 0, verdict: Verdict = "exploit") -> Pick:
    rng = np.random.default_rng(n)
    texts = [
        " ".join(
            ["word", "another!", "you"][k] for k in rng.integers(0, 3, 1 + int(rng.integers(40)))
        )
        for _ in "ab"
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
        and a.taste.log_bayes_factor == b.taste.log_bayes_factor
        and [s.log_p for s in a.taste.recent] == [s.log_p for s in b.taste.recent]
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


@MANY_PICKS.shown
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


def test_a_state_of_other_axes_is_folded_anew() -> None:
    from tpop_cli.core.axes import AXES

    profile = Profile("work")
    for n in range(3):
        profile.record(make_pick(n))
    fewer = Profile("work", AXES[:5])
    assert fewer.n_picks == 3
    assert len(fewer.posterior.mean) == len(profile.posterior.mean) - 2 * (len(AXES) - 5)
    assert same(Profile("work"), profile)


def test_reset_keeps_a_backup() -> None:
    profile = Profile("work")
    profile.record(make_pick(1))
    log = profile.log.path.read_bytes()
    backup = back_up(profile)
    assert backup is not None
    assert (backup / "picks.jsonl").read_bytes() == log
    assert profile.n_picks == Profile("work").n_picks == 0
    assert same(profile, Profile("never"))
    assert profile.record(make_pick(2)).id == 1


@ISOLATED.shown
def test_profiles_never_touch() -> None:
    a, b = Profile("a"), Profile("b")
    a.record(make_pick(1))
    b.record(make_pick(2, "explore"))
    before = (a.folder / "state.json").read_bytes()
    b.record(make_pick(3))
    assert (a.folder / "state.json").read_bytes() == before
    assert not same(Profile("a"), Profile("b"))


def test_events_survive_the_log() -> None:
    for event in (make_pick(3, "tie"), Undo(7)):
        assert decode_event(encode_event(event)) == event
    odd = make_pick(1)
    odd = Pick(**{**odd.__dict__, "prompt": "half a pair \ud800 and \u2028 a line"})
    assert decode_event(encode_event(odd)) == odd
    assert b"\n" not in encode_event(odd)
