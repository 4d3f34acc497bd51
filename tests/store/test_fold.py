"""A profile catches up with its log, however the log was changed meanwhile."""

from __future__ import annotations

from tpop_cli.store.profile import Profile

from .example_picks import make_pick, same, taught


def test_a_state_older_than_its_log_catches_up() -> None:
    profile = taught("work", 1)
    old = (profile.folder / "state.json").read_bytes()
    profile.record(make_pick(2))
    # As after a crash between writing the log and the state.
    (profile.folder / "state.json").write_bytes(old)
    assert same(Profile("work"), profile)


def test_an_incomplete_last_line_is_ignored() -> None:
    profile = taught("work", 1)
    with profile.log.path.open("ab") as file:
        file.write(b'{"event":"pick","id":2,"tim')
    assert Profile("work").n_picks == 1
    profile.record(make_pick(2))
    assert [p.id for p in Profile("work").picks()] == [1, 2]


def test_an_incomplete_line_is_not_counted_as_read() -> None:
    profile = taught("work", 1)
    with profile.log.path.open("ab") as file:
        file.write(b"torn" * 100)
    again = Profile("work")
    again.count_single()
    again.record(make_pick(1))
    fresh = Profile("work")
    assert fresh.n_picks == 2
    assert same(fresh, again)


def test_a_damaged_line_is_skipped_and_reported() -> None:
    profile = taught("work", 3)
    lines = profile.log.path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b"question", b"quastion")
    profile.log.path.write_bytes(b"".join(lines))
    (profile.folder / "state.json").unlink()
    (profile.folder / "state.json.bak").unlink()
    other = Profile("work")
    assert [p.id for p in other.picks()] == [1, 3]
    with other.log.path.open("ab") as file:
        file.write(b"damage\n")
    other.record(make_pick(3))
    skipped = [notice.partition(" was skipped: ") for notice in other.notices]
    assert [place for place, _, _ in skipped] == [f"line {n} of {other.log.path}" for n in (2, 4)]
    assert skipped[0][2] == "its checksum is wrong"


def test_a_log_replaced_by_a_longer_one_is_read_from_its_start() -> None:
    """The file may have the same inode: file systems reuse their numbers."""
    profile, other = taught("work", 1), Profile("other")
    for n in range(5):
        other.record(make_pick(10 + n))
    profile.log.path.write_bytes(other.log.path.read_bytes())
    for one in (profile, Profile("work")):
        one.count_single()
        assert [pick.prompt for pick in one.picks()] == [f"question {10 + n} ☃" for n in range(5)]
        assert same(one, other)
    profile.record(make_pick(20))
    assert [pick.id for pick in Profile("work").picks()] == [1, 2, 3, 4, 5, 6]
    assert same(Profile("work"), profile)


def test_a_log_that_became_shorter_is_read_from_its_start() -> None:
    other = Profile("work")
    profile = taught("work", 3)
    lines = profile.log.path.read_bytes().splitlines(keepends=True)
    profile.log.path.write_bytes(b"".join(lines[:2]))
    other.record(make_pick(9))
    assert [pick.id for pick in other.picks()] == [1, 2, 3]
    assert Profile("work").n_picks == other.n_picks == 3


def test_a_pick_that_another_process_amends_is_learned_again() -> None:
    one, other = taught("work", 3), Profile("work")
    other.amend(1, "explore")
    one.record(make_pick(3))
    assert same(one, Profile("work"))
    assert one.picks()[0].verdict == "explore"


def test_an_open_profile_goes_on_after_another_process_forgets_picks() -> None:
    open_chat, other = taught("work", 6), Profile("work")
    other.forget(lambda p: p.id == 1)
    for i in range(4):  # the log is longer now than the open profile left it
        other.record(make_pick(i + 6))
    open_chat.record(make_pick(11))
    assert same(open_chat, Profile("work"))
    assert open_chat.n_picks == 10
    assert not open_chat.notices
