"""A profile saves every pick, restores it exactly, and can take it back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tpop_cli.core.axes import AXES, Axis, Pole
from tpop_cli.core.picks import Verdict
from tpop_cli.errors import NoInputError, UsageError
from tpop_cli.store import paths
from tpop_cli.store.files import decode_checksummed, encode_checksummed
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import list_profiles

from ..faults.table import ISOLATED, MANY_PICKS
from .example_picks import make_pick, same, taught

VERDICTS: list[Verdict] = ["exploit", "explore", "tie", "both-bad", "skip"]


def test_nothing_is_written_before_the_first_pick(home: Path) -> None:
    assert Profile("work").n_picks == 0
    assert not home.exists()
    assert list_profiles() == []


def test_a_saved_profile_is_restored_exactly() -> None:
    profile = Profile("work")
    for n in range(8):
        assert profile.record(make_pick(n, VERDICTS[n % 5])).id == n + 1
    again = Profile("work")
    assert same(profile, again)
    assert [p.id for p in again.picks()] == list(range(1, 9))
    assert again.picks()[0].prompt == "question 0 ☃"
    assert list_profiles() == ["work"]


def test_with_axes_and_a_parent_nothing_else_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Path:
        raise AssertionError("the user's folders were read")

    monkeypatch.setattr(paths, "home", refuse)
    monkeypatch.setattr(paths, "data_dir", refuse)
    profile = Profile("work", AXES, tmp_path)
    for n in range(3):
        profile.record(make_pick(n))
    profile.undo()
    profile.amend(1, "tie")
    profile.count_single()
    assert profile.forget(lambda pick: pick.id == 2) == 1
    assert same(Profile("work", AXES, tmp_path), profile)
    with pytest.raises(UsageError, match="profile 'work' exists"):
        Profile("Work", AXES, tmp_path)
    assert Profile("Work", AXES, tmp_path / "elsewhere").n_picks == 0


@ISOLATED.shown
def test_a_pick_changes_no_other_profile() -> None:
    a, b = Profile("a"), Profile("b")
    a.record(make_pick(1))
    b.record(make_pick(2, "explore"))
    before = (a.folder / "state.json").read_bytes()
    b.record(make_pick(3))
    assert (a.folder / "state.json").read_bytes() == before
    assert not same(Profile("a"), Profile("b"))


def test_with_other_axes_the_log_is_learned_again() -> None:
    profile = taught("work", 3)
    fewer = Profile("work", AXES[:5])
    assert fewer.n_picks == 3
    assert len(fewer.posterior.mean) == len(profile.posterior.mean) - 2 * (len(AXES) - 5)
    assert same(Profile("work"), profile)


def test_single_answers_are_counted_between_duels() -> None:
    profile = Profile("work")
    profile.count_single()
    # Nothing is written before the first pick.
    assert profile.singles == 0 and not profile.folder.exists()
    profile.record(make_pick(0))
    profile.count_single()
    profile.count_single()
    assert (profile.singles, Profile("work").singles) == (2, 2)
    profile.record(make_pick(1))
    assert Profile("work").singles == 0


# -- undo, amend, forget ---------------------------------------------------------------------------


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
    assert profile.record(make_pick(9)).id == 6  # numbers are never reused
    with pytest.raises(NoInputError, match="no pick 3"):
        profile.undo(3)


def test_undo_without_picks_is_an_error() -> None:
    with pytest.raises(NoInputError, match="no picks"):
        Profile("empty").undo()


def test_an_amended_pick_teaches_its_new_verdict() -> None:
    profile = taught("work", 3)
    profile.amend(2, "explore")
    other = Profile("other")
    verdicts: list[Verdict] = ["exploit", "explore", "exploit"]
    for i, verdict in enumerate(verdicts):
        other.record(make_pick(i, verdict))
    assert same(profile, other)
    assert same(Profile("work"), other)
    assert [p.verdict for p in profile.picks()] == verdicts
    profile.undo(2)
    assert [p.id for p in profile.picks()] == [1, 3]
    with pytest.raises(NoInputError, match="no pick 2"):
        profile.amend(2, "tie")


def test_forgotten_picks_leave_no_trace() -> None:
    profile = taught("work", 6)
    assert profile.forget(lambda p: p.id in (2, 5)) == 2
    assert same(profile, Profile("work"))
    assert [p.id for p in profile.picks()] == [1, 3, 4, 6]
    other = Profile("other")
    for i in (0, 2, 3, 5):
        other.record(make_pick(i))
    assert same(profile, other)
    for file in profile.folder.iterdir():
        assert "question 1" not in file.read_text()
    for name in ("state.json", "state.json.bak"):
        assert json.loads((profile.folder / name).read_bytes())["picks"] == 4
    assert profile.forget(lambda _: False) == 0


def test_an_axis_that_is_added_again_with_other_words_starts_afresh(tmp_path: Path) -> None:
    own = Axis("spice", Pole("hot", "Be hot."), Pole("mild", "Be mild."), builtin=False)
    other = replace(own, toward=Pole("hot", "Be fiery."))
    profile = Profile("work", [*AXES, own], tmp_path)
    for n in range(4):
        pick = make_pick(n, "exploit")
        hot = replace(pick.exploit, strengths={"spice": 1.0})
        profile.record(replace(pick, exploit=hot, own_axes={"spice": own.identity}))
    learned = profile.posterior.mean[2 * len(AXES)]
    assert learned > 0
    again = Profile("work", [*AXES, other], tmp_path)
    assert again.n_picks == 4
    assert again.posterior.mean[2 * len(AXES)] == 0
    assert Profile("work", [*AXES, own], tmp_path).posterior.mean[2 * len(AXES)] == learned


def test_a_state_of_a_version_without_curved_terms_is_learned_again(tmp_path: Path) -> None:
    profile = Profile("work", AXES, tmp_path)
    for n in range(3):
        profile.record(make_pick(n, "exploit"))
    state = decode_checksummed((profile.folder / "state.json").read_bytes())
    n = len(state["mean"]) - 1
    del state["curved"]
    state["mean"] = state["mean"][:n]
    state["precision"] = state["precision"][: n * (n + 1) // 2]
    state["seen"] = [observation[:-1] for observation in state["seen"]]
    for name in ("state.json", "state.json.bak"):
        (profile.folder / name).write_bytes(encode_checksummed(state))
    again = Profile("work", AXES, tmp_path)
    assert again.notices == []
    assert same(again, profile)
