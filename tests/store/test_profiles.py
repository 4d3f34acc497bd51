"""Whole profiles and whole logs: copied, renamed, deleted, amended, forgotten, imported."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from tpop_cli.core.picks import Candidate, Pick, Verdict
from tpop_cli.errors import BadDataError, NoInputError, UsageError
from tpop_cli.store.imports import read_preferences
from tpop_cli.store.profile import Profile
from tpop_cli.store.profiles import (
    copy_profile,
    create_profile,
    delete_profile,
    list_profiles,
    rename_profile,
)


def pick(n: int, verdict: Verdict = "exploit") -> Pick:
    long, short = "It is so, and so on, and on. " * (1 + n), "Yes."
    return Pick(
        0,
        f"2026-01-{n + 1:02}T10:00:00+00:00",
        f"question {n}",
        Candidate(short, {"length": 1.0}, 1, "stop"),
        Candidate(long, {}, 2, "stop"),
        verdict,
        "exploit",
        0.6,
        1.0,
        "test",
        "m",
        "f",
    )


def taught(name: str, n: int = 6) -> Profile:
    profile = Profile(name)
    for i in range(n):
        profile.record(pick(i))
    return profile


def same(first: Profile, second: Profile) -> None:
    np.testing.assert_allclose(first.posterior.mean, second.posterior.mean, atol=1e-12)
    np.testing.assert_allclose(first.posterior.precision, second.posterior.precision, atol=1e-9)
    assert first.n_picks == second.n_picks


def test_profiles_are_created_copied_renamed_and_deleted() -> None:
    create_profile("empty")
    assert list_profiles() == ["empty"]
    with pytest.raises(UsageError, match="already"):
        create_profile("empty")
    work = taught("work")
    copied = copy_profile("work", "play")
    same(copied, work)
    copied.record(pick(9, "explore"))
    assert (Profile("work").n_picks, Profile("play").n_picks) == (6, 7)  # they part from here
    same(rename_profile("play", "fun"), Profile("fun"))
    assert list_profiles() == ["empty", "fun", "work"]
    for new in ("work", "fun"):
        with pytest.raises(UsageError):
            copy_profile("empty", new)
    backup = delete_profile("fun")
    assert backup is not None
    assert (backup / "picks.jsonl").read_text().count("\n") == 7
    assert list_profiles() == ["empty", "work"]
    for gone in (
        lambda: delete_profile("fun"),
        lambda: copy_profile("fun", "x"),
        lambda: rename_profile("fun", "x"),
    ):
        with pytest.raises(NoInputError, match="no profile fun"):
            gone()
    for name in ("work", "empty"):
        assert (Profile(name).folder.stat().st_mode & 0o777) == 0o700


def test_an_amended_pick_is_as_if_it_had_been_so() -> None:
    profile = taught("work", 3)
    profile.amend(2, "explore")
    other = Profile("other")
    for i, verdict in enumerate(("exploit", "explore", "exploit")):
        other.record(pick(i, verdict))  # type: ignore[arg-type]
    same(profile, other)
    same(Profile("work"), other)  # read back from the disk
    assert [p.verdict for p in profile.picks()] == ["exploit", "explore", "exploit"]
    profile.undo(2)
    assert [p.id for p in profile.picks()] == [1, 3]
    with pytest.raises(NoInputError, match="no pick 2"):
        profile.amend(2, "tie")


def test_what_another_process_amends_is_seen() -> None:
    one, other = taught("work", 3), Profile("work")
    other.amend(1, "explore")
    one.record(pick(3))
    same(one, Profile("work"))
    assert one.picks()[0].verdict == "explore"


def test_forgotten_picks_leave_no_trace() -> None:
    profile = taught("work", 6)
    assert profile.forget(lambda p: p.id in (2, 5)) == 2
    same(profile, Profile("work"))
    assert [p.id for p in profile.picks()] == [1, 3, 4, 6]
    other = Profile("other")
    for i in (0, 2, 3, 5):
        other.record(pick(i))
    same(profile, other)
    for file in profile.folder.iterdir():
        assert "question 1" not in file.read_text()
    for name in ("state.json", "state.json.bak"):
        assert json.loads((profile.folder / name).read_bytes())["picks"] == 4
    assert profile.forget(lambda _: False) == 0


def test_a_chat_that_is_open_while_picks_are_forgotten_learns_on() -> None:
    open_chat, other = taught("work", 6), Profile("work")
    other.forget(lambda p: p.id == 1)
    for i in range(4):  # the log is longer now than it was for the open chat
        other.record(pick(i + 6))
    open_chat.record(pick(11))
    same(open_chat, Profile("work"))
    assert open_chat.n_picks == 10
    assert not open_chat.notices


def test_ones_own_export_is_imported_whole(tmp_path: Path) -> None:
    profile = taught("work", 4)
    profile.amend(1, "tie")
    data = json.dumps({"schema": 1, "picks": [asdict(p) for p in profile.picks()]}).encode()
    found = read_preferences(data)
    assert (len(found.picks), found.n_skipped) == (4, 0)
    other = Profile("other")
    other.extend(found.picks)
    same(other, profile)
    other.extend(found.picks)
    assert [p.id for p in other.picks()] == list(range(1, 9))


def test_pairs_are_imported_as_texts_or_as_chats() -> None:
    chat = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}]
    lines = [
        {"prompt": "Why?", "chosen": "Yes.", "rejected": "It is so."},
        {"chosen": chat, "rejected": [chat[0], {"role": "assistant", "content": "It is long."}]},
        {"prompt": "x", "chosen": "", "rejected": "y"},
        {"nothing": 1},
        ["not", "an", "object"],
    ]
    data = "\n".join(map(json.dumps, lines)) + "\n{broken\n"
    found = read_preferences(data.encode())
    assert [(p.prompt, p.exploit.text, p.explore.text) for p in found.picks] == [
        ("Why?", "Yes.", "It is so."),
        ("Why?", "Because.", "It is long."),
    ]
    assert found.n_skipped == 4
    assert all(p.predicted_correctly is None and p.verdict == "exploit" for p in found.picks)
    profile = Profile("work")
    profile.extend(found.picks)
    assert profile.n_picks == 2
    assert profile.posterior.mean.any()  # the texts teach


def test_open_webui_feedback_is_imported() -> None:
    def feedback(rating: int, rated: str, children: list[str]) -> dict[str, object]:
        messages = {
            name: {"content": f"answer {name}", "parentId": "q", "childrenIds": []}
            for name in children
        }
        messages["q"] = {"content": "Why?", "parentId": "", "childrenIds": children}
        return {
            "data": {"rating": rating},
            "meta": {"message_id": rated},
            "snapshot": {"chat": {"chat": {"history": {"messages": messages}}}},
        }

    body = [
        feedback(1, "a", ["a", "b", "c"]),
        feedback(-1, "a", ["a", "b"]),
        feedback(-1, "a", ["a", "b", "c"]),  # which of the others was liked?
        feedback(1, "a", ["a"]),
        {"snapshot": {}},
    ]
    found = read_preferences(json.dumps(body).encode())
    assert [(p.exploit.text[-1], p.explore.text[-1]) for p in found.picks] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "a"),
    ]
    assert found.n_skipped == 3


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"nonsense", b'{"picks": [1, {"prompt": 3}]}', b"[" * 100_000]
)
def test_what_holds_no_preference_is_named(data: bytes) -> None:
    with pytest.raises(BadDataError, match="no preference"):
        read_preferences(data)
