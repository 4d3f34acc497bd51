"""What a user says is kept with the profile, as safely as its picks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tpop_cli.core.axes import AXES, Axis, Pole
from tpop_cli.core.said import Said
from tpop_cli.errors import BadDataError, NoInputError, StorageError, UsageError
from tpop_cli.store import files
from tpop_cli.store.events import Say, decode_event, decode_said, encode_event, encode_said
from tpop_cli.store.exports import profile_json
from tpop_cli.store.files import decode_checksummed, encode_checksummed
from tpop_cli.store.imports import read_preferences, read_said
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import (
    back_up,
    copy_profile,
    create_profile,
    list_profiles,
    rename_profile,
)

from .example_picks import make_pick, same, taught

SAID = Said({"length": -0.5}, ("no emojis",))


def spoken(name: str = "work", n: int = 3) -> Profile:
    """A profile with n picks, whose user said `SAID` after the first two."""
    profile = taught(name, min(n, 2))
    profile.say("length=-0.5", "no emojis")
    for k in range(2, n):
        profile.record(make_pick(k))
    return profile


def test_what_is_said_is_restored() -> None:
    assert spoken().said == Profile("work").said == SAID
    assert [axis.name for axis in Profile("work").steering_axes[len(AXES) :]] == ["no emojis"]
    assert Profile("work").unsay("detailed") == Said({"length": -0.5})
    assert Profile("work").said == Said({}, ("no emojis",))
    assert Profile("work").unsay() == Said({}, ("no emojis",))
    assert Profile("work").said == Said()


def test_picks_do_not_change_it_nor_does_it_change_what_is_learned() -> None:
    profile = spoken(n=6)
    assert same(profile, taught("other", 6))
    profile.undo()
    profile.undo(1)
    profile.amend(2, "tie")
    profile.count_single()
    assert profile.forget(lambda pick: pick.id == 3) == 1
    assert profile.said == Profile("work").said == SAID
    assert same(profile, Profile("work"))


def test_saying_alone_makes_a_profile_and_saying_nothing_makes_none(home: Path) -> None:
    for refused in ("breif", "length=7", ""):
        with pytest.raises(UsageError):
            Profile("work").say(refused)
    with pytest.raises(NoInputError, match="you have not said 'length'"):
        Profile("work").unsay("length")
    assert Profile("work").unsay() == Said()
    assert not home.exists()
    assert Profile("work").say("brief") == Said({"length": 1.0})
    assert list_profiles() == ["work"]
    assert Profile("work").say("brief", wish=True) == Said({}, ("brief",))
    assert Profile("work").record(make_pick(0)).id == 1


def test_wishes_are_taken_back_by_their_numbers_at_once() -> None:
    profile = Profile("work")
    for wish in ("no lists", "no tables", "no emojis"):
        profile.say(wish)
    assert profile.unsay("1", "2") == Said({}, ("no lists", "no tables"))
    assert profile.said == Said({}, ("no emojis",))
    with pytest.raises(NoInputError):
        profile.unsay("1", "length")
    assert profile.said == Said({}, ("no emojis",))  # all or nothing


def test_two_processes_see_what_each_other_says() -> None:
    first, second = spoken(), Profile("work")
    second.say("formal")
    first.record(make_pick(7))
    assert first.said == SAID.add(Said({"register": -1.0}))
    first.unsay("register")
    second.say("no lists")
    assert second.said == Profile("work").said == SAID.add(Said({}, ("no lists",)))


def test_it_is_copied_renamed_and_forgotten_with_its_profile() -> None:
    spoken()
    assert copy_profile("work", "play").said == SAID
    assert rename_profile("play", "fun").said == SAID
    backup = back_up(Profile("fun"))
    assert backup is not None
    assert Profile("fun").said == Said()
    assert '"no emojis"' in (backup / "picks.jsonl").read_text()
    assert '"no emojis"' not in (Profile("fun").folder / "picks.jsonl").read_text()
    create_profile("empty").say("brief")
    assert back_up(Profile("empty")) is not None  # there was something to forget


@pytest.mark.parametrize("name", ["state.json", "state.json.bak"])
def test_the_log_restores_it_without_the_state(name: str) -> None:
    profile = spoken()
    (profile.folder / name).unlink()
    assert Profile("work").said == SAID
    (profile.folder / "state.json").write_bytes(b"{")
    assert Profile("work").said == SAID


def test_a_state_that_an_older_tpop_saved_takes_it_from_the_log() -> None:
    path = spoken().folder / "state.json"
    state = decode_checksummed(path.read_bytes())
    del state["said"]
    path.write_bytes(encode_checksummed(state))
    assert Profile("work").said == SAID


def test_a_state_with_something_impossible_said_is_damaged() -> None:
    path = spoken().folder / "state.json"
    state = decode_checksummed(path.read_bytes())
    path.write_bytes(encode_checksummed({**state, "said": {"strengths": {"length": "much"}}}))
    profile = Profile("work")
    assert any("unreadable" in notice for notice in profile.notices)
    assert profile.said == SAID


def test_what_cannot_be_saved_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = spoken()
    before = profile.log.path.read_bytes()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_replace", refuse)
    with pytest.raises(StorageError):
        profile.say("formal")
    assert profile.said == SAID
    assert profile.log.path.read_bytes() == before


def test_a_lost_log_is_noticed_if_nothing_but_words_was_in_it() -> None:
    Profile("work").say("brief")
    (Profile("work").folder / "picks.jsonl").unlink()
    profile = Profile("work")
    assert any("is gone" in notice for notice in profile.notices)
    assert profile.said == Said()


# -- events, exports and imports -------------------------------------------------------


def test_the_event_is_encoded_and_checked() -> None:
    event = Say(3, SAID.strengths, SAID.wishes)
    again = decode_event(encode_event(event))
    assert isinstance(again, Say)
    assert (again.id, again.said) == (3, SAID)
    assert decode_said(encode_said(SAID)) == SAID
    for bad in (
        Say(1, {"length": 1.5}, ()),
        Say(1, {"length": True}, ()),
        Say(1, {"length": float("nan")}, ()),
        Say(1, {}, (3,)),  # type: ignore[arg-type]
        Say(1, {}, "no emojis"),
        Say(-1, {}, ()),
    ):
        with pytest.raises(BadDataError):
            encode_event(bad)
    for body in (None, [], {}, {"strengths": {}}, {"strengths": [], "wishes": []}):
        with pytest.raises(BadDataError):
            decode_said(body)


@pytest.mark.parametrize("n", [0, 3])
def test_an_export_holds_what_was_said(n: int) -> None:
    data = json.dumps(profile_json(spoken(n=n))).encode()
    assert read_said(data) == SAID
    assert len(read_preferences(data).picks) == n


def test_other_files_say_nothing() -> None:
    pair = {"prompt": "Why?", "chosen": "So.", "rejected": "It is so, and so on."}
    for body in (pair, [pair], {"data": [pair]}, {"schema": 1, "picks": []}):
        assert read_said(json.dumps(body).encode()) == Said()
    assert read_said(b"no JSON") == Said()


def test_what_was_said_of_an_axis_that_is_removed_has_no_effect() -> None:
    own = Axis("pirate", Pole("pirate", "Talk like a pirate."), Pole("no pirate", "Do not."))
    profile = Profile("work", (*AXES, own))
    profile.say("pirate", "brief")
    without = Profile("work", AXES)
    assert without.said.on(AXES) == {"length": 1.0}
    assert Profile("work", (*AXES, own)).said.on((*AXES, own)) == {"length": 1.0, "pirate": 1.0}
    assert without.unsay("pirate") == Said({"pirate": 1.0})
    profile.say("pirate")
    without.say("formal")  # it takes no room
    assert without.said == Said({"length": 1.0, "register": -1.0})
